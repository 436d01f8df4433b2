/** Summaries of texts and messages: the steps of the flow {@code summarize}. */
@NullMarked
package io.inference.summary;

import org.jspecify.annotations.NullMarked;
