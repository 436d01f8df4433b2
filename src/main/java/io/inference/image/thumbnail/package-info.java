/** Smaller copies of stored pictures. */
@NullMarked
package io.inference.image.thumbnail;

import org.jspecify.annotations.NullMarked;
