/** Embeddings: what is asked, and how the hidden states of a text become one vector. */
@NullMarked
package io.inference.engine.embedding;

import org.jspecify.annotations.NullMarked;
