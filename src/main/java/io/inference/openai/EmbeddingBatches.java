package io.inference.openai;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.EmbedRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Splits the texts of a request into batches that a server takes, one after the other, and joins the vectors in their
 * order. A server that refuses a batch as too large is asked for smaller ones; a limit that it names is remembered by
 * model.
 */
final class EmbeddingBatches {
    /** OpenAI's own limit. */
    static final int MOST_INPUTS = 2048;

    private static final int MAX_MODELS = 1000;
    /** A refusal that names a number in place of a limit must not end in a request for each text. */
    private static final int MAX_REFUSALS = 12;

    private static final Pattern ABOUT_COUNT = Pattern.compile(
            "\\b(?:inputs?|batch|array|items|texts|documents|list|strings)\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern ABOUT_TOKENS = Pattern.compile(
            "too many (?:total )?tokens|tokens (?:per|in) (?:the )?(?:request|batch)|max_tokens_per_request",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern LIMIT = Pattern.compile(
            "(?:max|limit|at most|up to|larger than|less than|more than|exceed|allowed|<)\\D{0,60}?(\\d{1,6})",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern TOO_MANY =
            Pattern.compile("too many|too long|too large|split", Pattern.CASE_INSENSITIVE);

    private final Cache<String, Integer> learnt =
            Caffeine.newBuilder().maximumSize(MAX_MODELS).build();
    private final String backend;

    EmbeddingBatches(String backend) {
        this.backend = backend;
    }

    /** @param send sends one batch */
    EmbedAnswer embed(EmbedRequest request, Function<EmbedRequest, EmbedAnswer> send) {
        if (request.extras().json(EmbedRequest.INPUT) != null) {
            // Tokens, whose meaning is the server's.
            return send.apply(request);
        }
        List<String> inputs = request.inputs();
        List<float[]> vectors = new ArrayList<>(inputs.size());
        Usage usage = null;
        String model = request.model();
        Integer known = learnt.getIfPresent(request.model());
        int most = known == null ? MOST_INPUTS : known;
        int refusals = 0;
        do {
            int from = vectors.size();
            int to = Math.min(inputs.size(), from + most);
            EmbedAnswer answer;
            try {
                answer =
                        send.apply(to - from == inputs.size() ? request : request.withInputs(inputs.subList(from, to)));
            } catch (InferenceException e) {
                most = smaller(e, to - from, request.model());
                if (++refusals > MAX_REFUSALS) {
                    throw e;
                }
                continue;
            }
            if (answer.embeddings().size() != to - from) {
                throw new InferenceException(
                        ErrorCode.BACKEND_FAILED, "the " + backend + " backend left out embeddings");
            }
            vectors.addAll(answer.embeddings());
            usage = usage == null ? answer.usage() : usage.plus(answer.usage());
            model = answer.model();
        } while (vectors.size() < inputs.size());
        return new EmbedAnswer(model, vectors, usage == null ? Usage.NONE : usage);
    }

    /**
     * A size that the server may take.
     *
     * @throws InferenceException the refusal, if it is about something else
     */
    private int smaller(InferenceException refusal, int size, String model) {
        boolean mayBeSize = refusal.code() == ErrorCode.INVALID_REQUEST || refusal.code() == ErrorCode.TOO_LARGE;
        if (size < 2 || !mayBeSize) {
            throw refusal;
        }
        String message = said(refusal);
        boolean aboutCount = ABOUT_COUNT.matcher(message).find();
        OptionalInt named = aboutCount ? limit(message, size) : OptionalInt.empty();
        if (named.isPresent()) {
            learnt.put(model, named.getAsInt());
            return named.getAsInt();
        }
        boolean tooMany = refusal.code() == ErrorCode.TOO_LARGE
                || ABOUT_TOKENS.matcher(message).find()
                || aboutCount && TOO_MANY.matcher(message).find();
        if (!tooMany) {
            throw refusal;
        }
        return size / 2;
    }

    private static OptionalInt limit(String message, int size) {
        if (message.toLowerCase(Locale.ROOT).contains("token")) {
            return OptionalInt.empty();
        }
        Matcher limits = LIMIT.matcher(message);
        while (limits.find()) {
            int limit = Integer.parseInt(limits.group(1));
            if (limit > 0 && limit < size) {
                return OptionalInt.of(limit);
            }
        }
        return OptionalInt.empty();
    }

    /** The server's words, which a refusal may keep from the caller. */
    private static String said(InferenceException refusal) {
        StringBuilder said = new StringBuilder();
        for (Throwable cause = refusal; cause != null; cause = cause.getCause()) {
            said.append(cause.getMessage()).append('\n');
        }
        return said.toString();
    }
}
