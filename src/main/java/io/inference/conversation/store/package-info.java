/** The tables of conversations. */
@NullMarked
package io.inference.conversation.store;

import org.jspecify.annotations.NullMarked;
