/** Rows of pictures, the step that stores what a backend made, and what keeps rows and files in agreement. */
@NullMarked
package io.inference.image.store;

import org.jspecify.annotations.NullMarked;
