package io.inference.api.request;

import io.inference.api.call.Operation;
import io.inference.api.message.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The next message of a conversation.
 *
 * @param messages the conversation so far, oldest first; at least one
 * @param tools functions that the model may call; may be empty
 * @param toolChoice which of them it must call; null leaves it to the model
 * @param responseFormat the shape of the answer; null is free text
 * @param think whether a model that can think aloud shall; null is the model's own default
 * @param stream whether the answer shall be a {@link io.inference.api.stream.ChunkStream}
 */
public record ChatRequest(
        String model,
        List<Message> messages,
        Options options,
        List<Tool> tools,
        @Nullable ToolChoice toolChoice,
        @Nullable ResponseFormat responseFormat,
        @Nullable Boolean think,
        boolean stream)
        implements InferenceRequest {
    public ChatRequest {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
    }

    @Override
    public Operation operation() {
        return Operation.CHAT;
    }

    @Override
    public ChatRequest withModel(String name) {
        return new ChatRequest(name, messages, options, tools, toolChoice, responseFormat, think, stream);
    }
}
