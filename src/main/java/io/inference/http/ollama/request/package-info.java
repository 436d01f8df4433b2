/** Reads Ollama's requests. */
@NullMarked
package io.inference.http.ollama.request;

import org.jspecify.annotations.NullMarked;
