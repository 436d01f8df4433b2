/** Ollama's wire format: chat, generate, embeddings and models, with streams of one JSON object a line. */
@NullMarked
package io.inference.http.ollama;

import org.jspecify.annotations.NullMarked;
