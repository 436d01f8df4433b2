/** Failures of the engine, one exception for each kind that a caller treats differently. */
@NullMarked
package io.inference.engine.error;

import org.jspecify.annotations.NullMarked;
