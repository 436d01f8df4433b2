/**
 * Redis: its address, and a connection that is opened in the background at start-up and reconnects by itself. Code that
 * uses it has to work without it too.
 */
@NullMarked
package io.inference.redis;

import org.jspecify.annotations.NullMarked;
