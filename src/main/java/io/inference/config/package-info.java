/**
 * Settings: every variable the service knows, where its value comes from (defaults, environment, command line), and the check at the
 * start that reports all faults at once. Each package keeps its own typed record of the values that it needs.
 */
@NullMarked
package io.inference.config;

import org.jspecify.annotations.NullMarked;
