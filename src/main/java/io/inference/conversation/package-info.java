/**
 * Conversations that the service keeps: a log of messages for each, in PostgreSQL. {@code store} has the tables,
 * {@code turn} the steps of the flows that load a conversation and add to it.
 */
@NullMarked
package io.inference.conversation;

import org.jspecify.annotations.NullMarked;
