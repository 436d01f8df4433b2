/** Streams of chunks: the answer of a model while it is written. */
@NullMarked
package io.inference.api.stream;

import org.jspecify.annotations.NullMarked;
