/**
 * The REST door: OpenAI's and Ollama's wire formats, streams of events, errors, and the HTTP publishing point of route generations.
 * Nothing else knows HTTP.
 */
@NullMarked
package io.inference.http;

import org.jspecify.annotations.NullMarked;
