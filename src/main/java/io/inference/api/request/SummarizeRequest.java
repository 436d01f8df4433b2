package io.inference.api.request;

import io.inference.api.call.Operation;
import io.inference.api.message.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text, or messages, to summarize. The flow that serves it asks backends with {@link ChatRequest}s.
 *
 * @param model empty if the service is to choose it
 * @param text empty if there are messages
 * @param messages empty if there is a text
 * @param maxWords how many words the summary may have, about; null leaves it to the service
 * @param stream whether the answer is to be a {@link io.inference.api.stream.ChunkStream}
 */
public record SummarizeRequest(
        String model,
        String text,
        List<Message> messages,
        SummaryStyle style,
        @Nullable Integer maxWords,
        boolean stream)
        implements InferenceRequest {
    public SummarizeRequest {
        messages = List.copyOf(messages);
    }

    @Override
    public Operation operation() {
        return Operation.SUMMARIZE;
    }

    @Override
    public SummarizeRequest withModel(String name) {
        return new SummarizeRequest(name, text, messages, style, maxWords, stream);
    }
}
