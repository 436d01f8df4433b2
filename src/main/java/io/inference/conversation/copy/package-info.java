/**
 * Copies of conversations in Redis, so that a turn need not read its messages from PostgreSQL. A copy is used only if
 * it is of the conversation as the turn found it there: Redis may lose, keep or change what it likes.
 */
@NullMarked
package io.inference.conversation.copy;

import org.jspecify.annotations.NullMarked;
