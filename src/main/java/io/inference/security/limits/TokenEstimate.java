package io.inference.security.limits;

import io.inference.api.ChatRequest;
import io.inference.api.EmbedRequest;
import io.inference.api.GenerateRequest;
import io.inference.api.InferenceRequest;
import io.inference.api.Message;
import io.inference.api.Options;
import java.util.List;

/** How many tokens a request may come to, before its model has seen it: enough to reserve by, since the use settles it. */
final class TokenEstimate {
    private static final int CHARACTERS_A_TOKEN = 4;
    private static final int TOKENS_A_MESSAGE = 4;
    private static final int ANSWER_WITHOUT_LIMIT = 256;

    private TokenEstimate() {}

    static long of(InferenceRequest request) {
        return switch (request) {
            case ChatRequest chat -> messages(chat.messages()) + answers(chat.options(), 1);
            case GenerateRequest generate ->
                texts(generate.prompts())
                        + answers(generate.options(), generate.prompts().size());
            case EmbedRequest embed -> texts(embed.inputs());
        };
    }

    private static long messages(List<Message> messages) {
        long tokens = 0;
        for (Message message : messages) {
            tokens += TOKENS_A_MESSAGE + message.content().length() / CHARACTERS_A_TOKEN;
        }
        return tokens;
    }

    private static long texts(List<String> texts) {
        long tokens = 0;
        for (String text : texts) {
            tokens += 1 + text.length() / CHARACTERS_A_TOKEN;
        }
        return tokens;
    }

    private static long answers(Options options, int prompts) {
        int each = options.maxTokens() == null ? ANSWER_WITHOUT_LIMIT : Math.max(0, options.maxTokens());
        return (long) each * options.choices() * prompts;
    }
}
