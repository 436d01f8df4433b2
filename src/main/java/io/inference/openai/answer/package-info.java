/** Reads the answers of a server with OpenAI's API: objects, streams of events and errors. */
@NullMarked
package io.inference.openai.answer;

import org.jspecify.annotations.NullMarked;
