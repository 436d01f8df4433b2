package io.inference.routes.policy;

import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.ImageRequest;
import io.inference.api.request.InferenceRequest;
import io.inference.api.request.Options;
import io.inference.api.request.SummarizeRequest;
import java.util.ArrayList;
import java.util.List;

/** Requests for the rest of an answer. */
final class Continued {
    private Continued() {}

    /** Whether the answer to a request can continue elsewhere: one choice, and text in no prescribed format. */
    static boolean isPossible(InferenceRequest request) {
        return switch (request) {
            case ChatRequest chat -> chat.options().choices() == 1;
            case GenerateRequest generate ->
                generate.options().choices() == 1 && generate.prompts().size() == 1;
            case EmbedRequest ignored -> false;
            case SummarizeRequest ignored -> false;
            case ImageRequest ignored -> false;
        };
    }

    /**
     * The request for the rest of an answer.
     *
     * @param said the answer so far: the last message, of the assistant, or the end of the prompt
     * @param tokens its length, which counts against the limit of the answer
     */
    static InferenceRequest request(InferenceRequest request, String said, int tokens) {
        return switch (request) {
            case ChatRequest chat -> {
                List<Message> messages = new ArrayList<>(chat.messages());
                String before = "";
                if (!messages.isEmpty() && isOpenAnswer(messages.getLast())) {
                    before = messages.removeLast().content();
                }
                messages.add(Message.of(Role.ASSISTANT, before + said));
                yield chat.continued(messages, rest(chat.options(), tokens));
            }
            case GenerateRequest generate ->
                generate.continued(generate.prompts().getFirst() + said, rest(generate.options(), tokens));
            case EmbedRequest embed -> throw new IllegalArgumentException("vectors do not continue: " + embed.model());
            case SummarizeRequest summary ->
                throw new IllegalArgumentException("a summary is not one answer of a backend: " + summary.model());
            case ImageRequest image -> throw new IllegalArgumentException("pictures do not continue: " + image.model());
        };
    }

    /** The caller may have asked for a continuation already. */
    private static boolean isOpenAnswer(Message message) {
        return message.role() == Role.ASSISTANT && message.toolCalls().isEmpty();
    }

    private static Options rest(Options options, int tokens) {
        Integer most = options.maxTokens();
        return most == null ? options : options.withMaxTokens(Math.max(1, most - tokens));
    }
}
