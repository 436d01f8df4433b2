/** Writes answers in OpenAI's format, complete or as server-sent events. */
@NullMarked
package io.inference.http.openai.answer;

import org.jspecify.annotations.NullMarked;
