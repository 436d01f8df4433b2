/** What is told of calls: one log line each, and the metrics. */
@NullMarked
package io.inference.telemetry;

import org.jspecify.annotations.NullMarked;
