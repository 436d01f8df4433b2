/**
 * Turns of stored conversations: the steps that load a conversation before a model is asked, and add its answer, one
 * turn at a time for each conversation.
 */
@NullMarked
package io.inference.conversation.turn;

import org.jspecify.annotations.NullMarked;
