package io.inference.routes.flow;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.ImageRequest;
import io.inference.api.request.InferenceRequest;
import io.inference.models.BackendSet;
import io.inference.routes.backend.BackendSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Finds the backends that have the model: sets the header {@code InferenceBackend} to the first backend in order of
 * preference and keeps the others for {@link NextBackendProcessor}. A backend that the route has set already stays.
 */
public class FindBackendProcessor implements Processor {
    /** Exchange property with the names of the backends not tried yet, best first. */
    private static final String OTHERS = "InferenceOtherBackends";

    /** Exchange property with the request, for steps after the answer has taken its place in the body. */
    public static final String REQUEST = "InferenceRequest";

    /** Exchange property with a backend that failed or is slow: it is tried only if there is no other. */
    public static final String LAST_CHOICE = "InferenceLastChoice";

    /** A list of models is asked for twice a minute. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(30);

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        InferenceRequest request = message.getBody(InferenceRequest.class);
        exchange.setProperty(REQUEST, request);
        if (message.getHeader(RouteHeaders.BACKEND) != null) {
            return;
        }
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        String model = message.getHeader(RouteHeaders.MODEL, request.model(), String.class);
        List<String> backends =
                BackendSource.of(exchange.getContext()).backendsFor(model, request, call.dropsUnsupported());
        if (backends.isEmpty()) {
            throw request instanceof ImageRequest
                    ? noneForImages(BackendSource.of(exchange.getContext()), model)
                    : InferenceException.modelNotFound(model);
        }
        String lastChoice = exchange.getProperty(LAST_CHOICE, String.class);
        if (lastChoice != null && backends.size() > 1 && backends.contains(lastChoice)) {
            backends = new ArrayList<>(backends);
            backends.remove(lastChoice);
            backends.add(lastChoice);
        }
        Iterator<String> others = backends.iterator();
        message.setHeader(RouteHeaders.BACKEND, others.next());
        exchange.setProperty(OTHERS, others);
    }

    /** Why no backend makes pictures with a model: an empty name stands for any. */
    private static InferenceException noneForImages(BackendSet backends, String model) {
        if (backends.all().stream().noneMatch(backend -> backend.entry().kind().makesImages())) {
            return new InferenceException(
                    ErrorCode.NOT_CONFIGURED,
                    "no backend for pictures is configured: set IMAGE_BACKEND and INFERENCE_SERVICES_SD_BASE_URL, or"
                            + " add an entry of such a kind to backends.yaml");
        }
        return model.isEmpty()
                ? InferenceException.retryLater(
                        ErrorCode.UNAVAILABLE, "no backend for pictures is available", RETRY_AFTER)
                : InferenceException.modelNotFound(model);
    }

    /** Gives a copy of an exchange the backends that were found for it, of which both then take the next. */
    public static void copy(Exchange from, Exchange to) {
        List<String> left = new ArrayList<>();
        for (String name = next(from); name != null; name = next(from)) {
            left.add(name);
        }
        from.setProperty(OTHERS, left.iterator());
        to.setProperty(OTHERS, List.copyOf(left).iterator());
    }

    /** Makes this backend the next one. */
    public static void again(Exchange exchange, String name) {
        exchange.setProperty(OTHERS, List.of(name).iterator());
    }

    /** Whether another backend has the model and is not tried yet. */
    public static boolean hasOthers(Exchange exchange) {
        Iterator<?> others = exchange.getProperty(OTHERS, Iterator.class);
        return others != null && others.hasNext();
    }

    /** The next backend that has the model; null if all are tried. */
    static @Nullable String next(Exchange exchange) {
        Iterator<?> others = exchange.getProperty(OTHERS, Iterator.class);
        return others != null && others.hasNext() ? (String) others.next() : null;
    }
}
