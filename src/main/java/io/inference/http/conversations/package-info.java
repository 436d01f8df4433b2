/** Stored conversations over REST: the steps that {@code rest-conversations.camel.yaml} names. */
@NullMarked
package io.inference.http.conversations;

import org.jspecify.annotations.NullMarked;
