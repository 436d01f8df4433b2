package io.inference.routes.flow;

import io.inference.api.answer.EmbedAnswer;
import io.inference.api.backend.Backend;
import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.InferenceRequest;
import io.inference.api.request.SummarizeRequest;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;

/**
 * Asks one backend. Body in: a request; body out: its answer, of which at least the first chunk is there. The header
 * {@code InferenceModel} selects the model, so that a route can send a request to another one.
 */
public class BackendProcessor implements Processor {
    private final Backend backend;

    BackendProcessor(Backend backend) {
        this.backend = backend;
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
        call.setModel(model);
        call.setBackend(backend.name());
        Object answer = ask(request, call);
        call.markFirstToken();
        message.setBody(answer);
    }

    private Object ask(InferenceRequest request, Call call) {
        return switch (request) {
            case ChatRequest chat -> backend.chat(chat, call);
            case GenerateRequest generate -> backend.generate(generate, call);
            case EmbedRequest embed
            when embed.inputs().isEmpty() -> new EmbedAnswer(embed.model(), List.of(), Usage.NONE);
            case EmbedRequest embed -> backend.embed(embed, call);
            case SummarizeRequest ignored ->
                throw new IllegalStateException("a backend takes the chats of the flow 'summarize', not its request");
        };
    }
}
