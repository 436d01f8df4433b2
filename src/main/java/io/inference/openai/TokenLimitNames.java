package io.inference.openai;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.Options;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The name of the limit on tokens that a model of one server takes: {@code max_tokens}, which older servers know alone,
 * or {@code max_completion_tokens}, which newer models demand. The caller's name goes first; if the server refuses it,
 * it is asked once more with the other, which is remembered.
 */
final class TokenLimitNames {
    private static final int MAX_MODELS = 1000;
    private static final Pattern REFUSAL = Pattern.compile(
            "unsupported|unrecogni[sz]ed|unknown|unexpected|not (?:supported|permitted|allowed)|extra (?:input|field)",
            Pattern.CASE_INSENSITIVE);

    private final Cache<String, String> known =
            Caffeine.newBuilder().maximumSize(MAX_MODELS).build();

    /**
     * Sends a request by the right name.
     *
     * @param send sends it with the limit under the given name
     * @throws InferenceException of the first attempt, if the second is refused too
     */
    <A> A send(String model, Options options, Function<String, A> send) {
        if (options.maxTokens() == null) {
            return send.apply(options.limitName());
        }
        String learnt = known.getIfPresent(model);
        String name = learnt == null ? options.limitName() : learnt;
        try {
            return send.apply(name);
        } catch (InferenceException e) {
            if (!refuses(name, e)) {
                throw e;
            }
            return again(
                    model,
                    name.equals(Options.MAX_TOKENS) ? Options.MAX_COMPLETION_TOKENS : Options.MAX_TOKENS,
                    send,
                    e);
        }
    }

    private <A> A again(String model, String name, Function<String, A> send, InferenceException first) {
        try {
            A answer = send.apply(name);
            known.put(model, name);
            return answer;
        } catch (InferenceException e) {
            if (!e.code().isCallersFault() || e.code() == ErrorCode.CANCELLED) {
                throw e;
            }
            throw first;
        }
    }

    private static boolean refuses(String name, InferenceException e) {
        boolean byParam = name.equals(e.param().orElse(""));
        return switch (e.code()) {
            case UNSUPPORTED -> byParam;
            case INVALID_REQUEST -> {
                String message = String.valueOf(e.getMessage());
                yield (byParam || message.contains(name))
                        && REFUSAL.matcher(message).find();
            }
            default -> false;
        };
    }
}
