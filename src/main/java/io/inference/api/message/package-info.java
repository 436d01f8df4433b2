/** What a model reads and writes: messages, images, tool calls, tokens with their probabilities, and why it stopped. */
@NullMarked
package io.inference.api.message;

import org.jspecify.annotations.NullMarked;
