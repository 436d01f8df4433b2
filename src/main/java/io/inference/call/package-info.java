/** The life of a call, the same at every door: opened, watched, ended. */
@NullMarked
package io.inference.call;

import org.jspecify.annotations.NullMarked;
