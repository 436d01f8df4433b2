/** Embeddings: jobs, results, and the pooling of a text's hidden states into one vector. */
@NullMarked
package io.inference.engine.embedding;

import org.jspecify.annotations.NullMarked;
