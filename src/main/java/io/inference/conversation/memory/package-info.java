/**
 * What a conversation remembers within a model's context: which summaries are due, what the prompt consists of, and the
 * ledger of literal values. Pure logic: no database, no Spring, no Camel.
 */
@NullMarked
package io.inference.conversation.memory;

import org.jspecify.annotations.NullMarked;
