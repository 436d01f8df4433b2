/** Writes the requests that a server with OpenAI's API takes. */
@NullMarked
package io.inference.openai.request;

import org.jspecify.annotations.NullMarked;
