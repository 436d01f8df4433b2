package io.inference.api.request;

import io.inference.api.message.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Estimates the number of tokens of a request before the model has tokenized it: good enough for a reservation, which
 * the real usage corrects.
 */
public final class TokenEstimate {
    private static final int CHARACTERS_A_TOKEN = 4;
    private static final int TOKENS_A_MESSAGE = 4;
    private static final int ANSWER_WITHOUT_LIMIT = 256;

    private TokenEstimate() {}

    /** Tokens of the prompt, plus the maximum of the answer. */
    public static long of(InferenceRequest request) {
        return switch (request) {
            case ChatRequest chat -> prompt(chat) + answers(chat.options(), 1);
            case GenerateRequest generate ->
                prompt(generate)
                        + answers(generate.options(), generate.prompts().size());
            case EmbedRequest embed -> prompt(embed);
            case SummarizeRequest summarize -> prompt(summarize) + ANSWER_WITHOUT_LIMIT;
            case ImageRequest image -> prompt(image);
        };
    }

    /** Tokens of the prompt alone. */
    public static int prompt(InferenceRequest request) {
        long tokens = switch (request) {
            case ChatRequest chat -> messages(chat.messages());
            case GenerateRequest generate -> texts(generate.prompts());
            case EmbedRequest embed ->
                texts(embed.inputs()) + tokens(embed.extras().json(EmbedRequest.INPUT));
            case SummarizeRequest summarize -> texts(List.of(summarize.text())) + messages(summarize.messages());
            case ImageRequest image -> texts(List.of(image.prompt()));
        };
        return Math.toIntExact(tokens);
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

    /** As many as the list has numbers. */
    private static long tokens(@Nullable String list) {
        return list == null ? 0 : 1 + list.chars().filter(c -> c == ',').count();
    }

    private static long answers(Options options, int prompts) {
        int each = options.maxTokens() == null ? ANSWER_WITHOUT_LIMIT : Math.max(0, options.maxTokens());
        return (long) each * options.choices() * prompts;
    }
}
