/** The life of generations: all routes of a folder, built beside those that serve, swapped in whole, and drained. */
@NullMarked
package io.inference.routes.generation;

import org.jspecify.annotations.NullMarked;
