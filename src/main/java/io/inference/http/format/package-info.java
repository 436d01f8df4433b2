/**
 * What OpenAI's and Ollama's wire formats share: from the body of a request to a flow, and from its answer to the wire.
 */
@NullMarked
package io.inference.http.format;

import org.jspecify.annotations.NullMarked;
