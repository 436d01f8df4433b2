package io.inference.openai.image;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The fields that a model of one server refuses and that an answer does not depend on: {@code response_format}, since
 * all answers are read, {@code stream}, and previews, of which OpenAI's API promises none. If the server refuses one,
 * it is asked again without it, and the field is remembered.
 */
final class RefusedFields {
    static final String RESPONSE_FORMAT = "response_format";
    static final String STREAM = "stream";
    static final String PARTIAL_IMAGES = "partial_images";

    private static final int MAX_MODELS = 1000;
    private static final Set<String> FIELDS = Set.of(RESPONSE_FORMAT, STREAM, PARTIAL_IMAGES);
    private static final Pattern REFUSAL = Pattern.compile(
            "unsupported|unrecogni[sz]ed|unknown|unexpected|not (?:supported|permitted|allowed)|extra (?:input|field)",
            Pattern.CASE_INSENSITIVE);

    private final Cache<String, Set<String>> known =
            Caffeine.newBuilder().maximumSize(MAX_MODELS).build();

    /**
     * Sends a request without the fields that its model refuses.
     *
     * @param send sends it without the given fields
     */
    <A> A send(String model, Function<Set<String>, A> send) {
        Set<String> without = without(model);
        while (true) {
            try {
                A answer = send.apply(without);
                if (!without.equals(without(model))) {
                    known.put(model, without);
                }
                return answer;
            } catch (InferenceException e) {
                String field = refused(e, without);
                if (field == null) {
                    throw e;
                }
                Set<String> more = new HashSet<>(without);
                more.add(field);
                without = Set.copyOf(more);
            }
        }
    }

    private Set<String> without(String model) {
        Set<String> learnt = known.getIfPresent(model);
        if (learnt != null) {
            return learnt;
        }
        // OpenAI's own newer models always answer in base64, and refuse to be asked for it.
        return model.toLowerCase(Locale.ROOT).contains("gpt-image") ? Set.of(RESPONSE_FORMAT) : Set.of();
    }

    private static @Nullable String refused(InferenceException e, Set<String> without) {
        if (e.code() != ErrorCode.UNSUPPORTED && e.code() != ErrorCode.INVALID_REQUEST) {
            return null;
        }
        String message = String.valueOf(e.getMessage());
        for (String field : FIELDS) {
            boolean byParam = field.equals(e.param().orElse(""));
            boolean byMessage = e.param().isEmpty() && message.contains(field);
            boolean refuses = e.code() == ErrorCode.UNSUPPORTED
                    || REFUSAL.matcher(message).find();
            if (!without.contains(field) && (byParam || byMessage) && refuses) {
                return field;
            }
        }
        return null;
    }
}
