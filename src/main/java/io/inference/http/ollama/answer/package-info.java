/** Writes answers in Ollama's format, complete or as one JSON object a line. */
@NullMarked
package io.inference.http.ollama.answer;

import org.jspecify.annotations.NullMarked;
