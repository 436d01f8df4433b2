/** The life of generations: all routes of a folder are built while others serve, swapped in as a whole, and drained. */
@NullMarked
package io.inference.routes.generation;

import org.jspecify.annotations.NullMarked;
