/** Streams of chunks: the answer of a model while it is being generated. */
@NullMarked
package io.inference.api.stream;

import org.jspecify.annotations.NullMarked;
