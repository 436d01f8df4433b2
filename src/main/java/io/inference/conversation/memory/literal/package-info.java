/** Literal values in texts: numbers, dates, names and the like, found by their form. */
@NullMarked
package io.inference.conversation.memory.literal;

import org.jspecify.annotations.NullMarked;
