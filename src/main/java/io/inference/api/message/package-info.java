/** Input and output of models: messages, images, tool calls, tokens with their probabilities, and finish reasons. */
@NullMarked
package io.inference.api.message;

import org.jspecify.annotations.NullMarked;
