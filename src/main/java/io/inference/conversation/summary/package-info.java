/**
 * Summaries of stored conversations: which are due, the steps that make one in the background, and what a prompt
 * consists of then. {@code memory} has the logic.
 */
@NullMarked
package io.inference.conversation.summary;

import org.jspecify.annotations.NullMarked;
