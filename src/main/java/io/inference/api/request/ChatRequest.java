package io.inference.api.request;

import io.inference.api.call.Operation;
import io.inference.api.message.Extras;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.message.Tool;
import io.inference.api.message.ToolChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A request for the next message of a conversation.
 *
 * @param messages the conversation so far, oldest first; at least one, once a stored conversation is loaded
 * @param tools functions that the model may call; may be empty
 * @param toolChoice which of them it must call; null if the model decides
 * @param responseFormat format of the answer; null is free text
 * @param think whether a reasoning model is to reason first; null is the model's own default
 * @param stream whether the answer is to be a {@link io.inference.api.stream.ChunkStream}
 * @param reasoningEffort how much to reason, in the caller's words, such as {@code low}; null if it did not say
 * @param extras other fields; {@code tool_choice} and {@code response_format} if they say more than this record
 */
public record ChatRequest(
        String model,
        List<Message> messages,
        Options options,
        List<Tool> tools,
        @Nullable ToolChoice toolChoice,
        @Nullable ResponseFormat responseFormat,
        @Nullable Boolean think,
        boolean stream,
        @Nullable String reasoningEffort,
        Extras extras)
        implements InferenceRequest {
    public ChatRequest {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
    }

    /** The same request with other options. */
    public ChatRequest withOptions(Options other) {
        return continued(messages, other);
    }

    /** The same request for the rest of an answer. */
    public ChatRequest continued(List<Message> longer, Options rest) {
        return new ChatRequest(
                model, longer, rest, tools, toolChoice, responseFormat, think, stream, reasoningEffort, extras);
    }

    /** A request without other fields. */
    public ChatRequest(
            String model,
            List<Message> messages,
            Options options,
            List<Tool> tools,
            @Nullable ToolChoice toolChoice,
            @Nullable ResponseFormat responseFormat,
            @Nullable Boolean think,
            boolean stream) {
        this(model, messages, options, tools, toolChoice, responseFormat, think, stream, null, Extras.NONE);
    }

    @Override
    public Operation operation() {
        return Operation.CHAT;
    }

    /** The same request with other messages. */
    public ChatRequest withMessages(List<Message> others) {
        return new ChatRequest(
                model, others, options, tools, toolChoice, responseFormat, think, stream, reasoningEffort, extras);
    }

    /** The same request for a model without system messages: the first message of the user begins with their text. */
    public ChatRequest withoutSystem() {
        String system = messages.stream()
                .filter(message -> message.role() == Role.SYSTEM)
                .map(Message::content)
                .filter(text -> !text.isBlank())
                .collect(Collectors.joining("\n\n"));
        List<Message> others = messages.stream()
                .filter(message -> message.role() != Role.SYSTEM)
                .collect(Collectors.toCollection(ArrayList::new));
        if (!system.isEmpty()) {
            int first = others.stream().map(Message::role).toList().indexOf(Role.USER);
            if (first < 0) {
                others.addFirst(Message.of(Role.USER, system));
            } else {
                others.set(first, others.get(first).after(system + "\n\n"));
            }
        }
        return withMessages(others);
    }

    @Override
    public ChatRequest withModel(String name) {
        return new ChatRequest(
                name, messages, options, tools, toolChoice, responseFormat, think, stream, reasoningEffort, extras);
    }
}
