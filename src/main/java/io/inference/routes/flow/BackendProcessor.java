package io.inference.routes.flow;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.InferenceRequest;
import io.inference.backend.BackendKind;
import io.inference.models.BackendSet;
import io.inference.models.LiveBackend;
import io.inference.routes.backend.BackendSource;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.jspecify.annotations.Nullable;

/**
 * Asks one backend of a kind: the one that the header {@code InferenceBackend} names if it is of that kind, otherwise
 * the first of that kind. Body in: a request; body out: its answer, of which at least the first chunk is there. The
 * header {@code InferenceModel} selects the model, so that a route can send a request to another one.
 */
public class BackendProcessor implements Processor {
    private final BackendKind kind;

    BackendProcessor(BackendKind kind) {
        this.kind = kind;
    }

    @Override
    public void process(Exchange exchange) {
        Message message = exchange.getMessage();
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        call.throwIfCancelled();
        InferenceRequest request = message.getBody(InferenceRequest.class);
        String model = message.getHeader(RouteHeaders.MODEL, request.model(), String.class);
        if (!model.equals(request.model())) {
            request = request.withModel(model);
        }
        LiveBackend backend =
                backend(BackendSource.of(exchange.getContext()), message.getHeader(RouteHeaders.BACKEND, String.class));
        call.setModel(model);
        call.setBackend(backend.name());
        Object answer = backend.ask(request, call, !FindBackendProcessor.hasOthers(exchange));
        call.markFirstToken();
        message.setBody(answer);
    }

    private LiveBackend backend(BackendSet backends, @Nullable String name) {
        LiveBackend named = name == null ? null : backends.named(name);
        LiveBackend chosen = named != null && named.entry().kind() == kind ? named : backends.first(kind);
        if (chosen == null) {
            throw new InferenceException(
                    ErrorCode.NOT_CONFIGURED, "the " + kind.label() + " backend is not configured");
        }
        return chosen;
    }
}
