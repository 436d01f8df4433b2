/**
 * The volume that the files of pictures are on: durable writes, a limit on the threads that wait for it, and what is
 * wrong with it.
 */
@NullMarked
package io.inference.image.file;

import org.jspecify.annotations.NullMarked;
