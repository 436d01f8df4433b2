/** Writes the requests for a server with OpenAI's API. */
@NullMarked
package io.inference.openai.request;

import org.jspecify.annotations.NullMarked;
