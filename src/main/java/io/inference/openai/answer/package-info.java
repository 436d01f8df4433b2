/** Reads what a server with OpenAI's API answers: objects, streams of events and errors. */
@NullMarked
package io.inference.openai.answer;

import org.jspecify.annotations.NullMarked;
