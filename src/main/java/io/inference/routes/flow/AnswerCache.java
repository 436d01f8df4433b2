package io.inference.routes.flow;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.request.InferenceRequest;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/**
 * Caches whole answers by caller and request, in this process. A caller who repeats a request with the same fields gets
 * the same answer; other callers do not, nor does a caller of the same name in another tenant. Streams are not cached.
 * The route decides which requests are repeatable.
 */
public final class AnswerCache {
    /** Property: seconds for which an answer is kept. */
    static final String KEEP_SECONDS = "InferenceKeepSeconds";
    /** Property: true if the answer was recalled. */
    static final String RECALLED = "InferenceRecalled";

    private static final String KEY = "InferenceAnswerKey";
    private static final long DEFAULT_SECONDS = 600;
    private static final int CHARACTERS_A_NUMBER = 4;
    /** Backend name in the log line of a recalled call. */
    private static final String BACKEND = "cache";

    /** Limit in characters of all requests and answers together; a vector's component counts as four. */
    private static final long MOST_CHARACTERS = 32_000_000;

    private final Cache<Key, Kept> answers = Caffeine.newBuilder()
            .maximumWeight(MOST_CHARACTERS)
            .weigher((Key key, Kept kept) -> kept.characters())
            .expireAfter(Expiry.creating((Key key, Kept kept) -> kept.time()))
            .build();

    /** @param model the header that may send the request to another model */
    private record Key(String subject, @Nullable String tenant, String model, InferenceRequest request) {}

    private record Kept(Object answer, int characters, Duration time) {}

    /**
     * Body in: a request. If its answer is cached, the answer becomes the body and the property {@value #RECALLED} is
     * true.
     */
    void recall(Exchange exchange) {
        Message message = exchange.getMessage();
        InferenceRequest request = message.getBody(InferenceRequest.class);
        Caller caller = exchange.getProperty(Caller.PROPERTY, Caller.class);
        if (request == null || caller == null) {
            throw new IllegalStateException("an answer is recalled for a request and its caller");
        }
        Key key = new Key(
                caller.subject(),
                caller.tenant(),
                message.getHeader(RouteHeaders.MODEL, request.model(), String.class),
                request);
        Kept kept = answers.getIfPresent(key);
        exchange.setProperty(KEY, key);
        exchange.setProperty(RECALLED, kept != null);
        if (kept != null) {
            Call call = exchange.getProperty(Call.PROPERTY, Call.class);
            call.setBackend(BACKEND);
            call.markFirstToken();
            message.setBody(kept.answer());
        }
    }

    /** Body in: the answer to the request that was not recalled; a whole answer is cached. */
    void keep(Exchange exchange) {
        Key key = exchange.getProperty(KEY, Key.class);
        if (key == null) {
            throw new IllegalStateException("an answer is kept after recallAnswerProcessor has looked for it");
        }
        Duration time = Duration.ofSeconds(exchange.getProperty(KEEP_SECONDS, DEFAULT_SECONDS, Long.class));
        int asked = key.toString().length();
        switch (exchange.getMessage().getBody()) {
            case ChatAnswer.Whole whole ->
                answers.put(key, new Kept(whole, asked + whole.toString().length(), time));
            case EmbedAnswer vectors ->
                answers.put(key, new Kept(vectors, asked + CHARACTERS_A_NUMBER * numbers(vectors), time));
            case null, default -> {}
        }
    }

    private static int numbers(EmbedAnswer vectors) {
        return vectors.embeddings().stream().mapToInt(vector -> vector.length).sum();
    }
}
