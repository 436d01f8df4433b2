/**
 * Periodic tasks of the process: routes of the service context, {@code camel/*.camel.yaml} on the class path, which no
 * change of the operators' routes replaces.
 */
@NullMarked
package io.inference.housekeeping;

import org.jspecify.annotations.NullMarked;
