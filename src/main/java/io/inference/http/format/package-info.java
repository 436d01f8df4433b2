/**
 * Shared by OpenAI's and Ollama's wire formats: turns request bodies into requests for flows, and their answers into
 * the wire format.
 */
@NullMarked
package io.inference.http.format;

import org.jspecify.annotations.NullMarked;
