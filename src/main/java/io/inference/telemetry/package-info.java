/** Logs of calls, one line for each, and their metrics. */
@NullMarked
package io.inference.telemetry;

import org.jspecify.annotations.NullMarked;
