/**
 * Settings: every variable that the service reads, its layers (defaults, environment, command line), and the check at
 * start-up that reports all errors at once. Each package keeps its own typed record of the values that it needs.
 */
@NullMarked
package io.inference.config;

import org.jspecify.annotations.NullMarked;
