/** What the engine refuses or fails to do, one exception for each kind that a caller treats differently. */
@NullMarked
package io.inference.engine.error;

import org.jspecify.annotations.NullMarked;
