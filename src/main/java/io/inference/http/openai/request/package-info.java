/** Reads OpenAI's requests. */
@NullMarked
package io.inference.http.openai.request;

import org.jspecify.annotations.NullMarked;
