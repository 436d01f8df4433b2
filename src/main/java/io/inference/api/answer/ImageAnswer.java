package io.inference.api.answer;

import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.StreamedAnswer;

/**
 * Pictures that are being made: a stream of {@link io.inference.api.stream.ImageEvent}s, whether or not the caller
 * reads it as one. It ends after the last picture. Its holder closes it, which stops the work.
 *
 * @param model the model that makes them, as the backend names it
 */
public record ImageAnswer(String model, ChunkStream chunks) implements StreamedAnswer {}
