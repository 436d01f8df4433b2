/**
 * Conversations that the service keeps: a log of messages for each, in PostgreSQL. {@code store} has the tables,
 * {@code turn} the steps of the flows that load a conversation and add to it, {@code copy} their copies in Redis.
 */
@NullMarked
package io.inference.conversation;

import org.jspecify.annotations.NullMarked;
