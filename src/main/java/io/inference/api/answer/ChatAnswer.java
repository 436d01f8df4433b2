package io.inference.api.answer;

import io.inference.api.call.Usage;
import io.inference.api.message.Extras;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.StreamedAnswer;
import java.util.List;

/**
 * The answer to a {@link io.inference.api.request.ChatRequest} or a {@link io.inference.api.request.GenerateRequest}:
 * complete, or a stream.
 */
public sealed interface ChatAnswer {
    /** The model that answered, as the backend names it. */
    String model();

    /**
     * An answer that is complete.
     *
     * @param extras other fields
     */
    record Whole(String model, List<Choice> choices, Usage usage, Extras extras) implements ChatAnswer {
        public Whole {
            choices = List.copyOf(choices);
        }

        /** An answer without other fields. */
        public Whole(String model, List<Choice> choices, Usage usage) {
            this(model, choices, usage, Extras.NONE);
        }
    }

    /** An answer that is being generated. Its holder closes the stream. */
    record Streamed(String model, ChunkStream chunks) implements ChatAnswer, StreamedAnswer {}
}
