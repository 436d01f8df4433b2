/**
 * OpenAI's wire format: chat completions, completions, embeddings and models, read into requests and written from
 * answers.
 */
@NullMarked
package io.inference.http.openai;

import org.jspecify.annotations.NullMarked;
