/**
 * The backend that is an Ollama server, by its native API: its OpenAI-compatible one cuts a long prompt without a word and cannot set
 * the context length.
 */
@NullMarked
package io.inference.ollama;

import org.jspecify.annotations.NullMarked;
