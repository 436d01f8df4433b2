/**
 * The backend for an Ollama server, by its native API: its OpenAI-compatible one truncates a long prompt silently and
 * cannot set the context length.
 */
@NullMarked
package io.inference.ollama;

import org.jspecify.annotations.NullMarked;
