package io.inference.openai.answer;

import io.inference.api.call.Usage;
import io.inference.api.stream.Chunk;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object of an answer: a chunk of a stream, or a whole answer, which has the same structure.
 *
 * @param choices content of each choice
 * @param error set instead of the rest
 */
record OpenAiFrame(
        @Nullable String model,
        List<Chunk> choices,
        @Nullable Usage usage,
        @Nullable OpenAiError error) {}
