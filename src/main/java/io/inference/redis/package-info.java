/** Redis: where it is, and a connection that is made beside the start and mends itself. Who asks it has to do without it as well. */
@NullMarked
package io.inference.redis;

import org.jspecify.annotations.NullMarked;
