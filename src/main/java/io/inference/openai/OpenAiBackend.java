package io.inference.openai;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.backend.Backend;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.LoadRequest;
import io.inference.api.request.Unsupported;
import io.inference.openai.request.OpenAiRequests;
import io.inference.upstream.Connection;
import java.util.List;
import java.util.Set;

/**
 * Runs models on a server with OpenAI's API. {@code top_k}, {@code min_p}, the repeat penalty and {@code think} are not
 * part of OpenAI's API: they are sent, by the names that vLLM and llama.cpp use, only if the caller set them. Fields
 * that this service does not model are sent unchanged. The context length, and vectors that are not of length 1, are
 * {@code UNSUPPORTED}. A text too long for an embedding is never truncated.
 */
public final class OpenAiBackend implements Backend, AutoCloseable {
    private static final Set<String> LACKS = Set.of("num_ctx");

    private final String name;
    private final OpenAiServer server;

    private final TokenLimitNames limitNames = new TokenLimitNames();
    private final EmbeddingBatches batches;

    /**
     * @param connection its URL ends in {@code /v1} and is used as given; {@code /v1} is added if it has no path at all
     */
    public OpenAiBackend(Connection connection) {
        this.name = connection.backend();
        this.server = new OpenAiServer(connection);
        this.batches = new EmbeddingBatches(name);
    }

    @Override
    public String name() {
        return name;
    }

    /** The server decides itself which models are loaded. */
    @Override
    public void load(LoadRequest request, Call call) {
        // Nothing to do.
    }

    @Override
    public ChatAnswer chat(ChatRequest asked, Call call) {
        return Unsupported.send(Unsupported.honour(asked, LACKS, name, call), call, request -> ask(request, call));
    }

    private ChatAnswer ask(ChatRequest request, Call call) {
        return limitNames.send(request.model(), request.options(), limitName -> {
            byte[] body = OpenAiRequests.chat(request, limitName);
            return request.stream()
                    ? server.streamed(
                            server.chat, body, request, request.options().choices(), call)
                    : server.whole(server.chat, body, request.model(), call);
        });
    }

    @Override
    public ChatAnswer generate(GenerateRequest asked, Call call) {
        return Unsupported.send(Unsupported.honour(asked, LACKS, name, call), call, request -> ask(request, call));
    }

    private ChatAnswer ask(GenerateRequest request, Call call) {
        int choices = request.options().choices() * request.prompts().size();
        return limitNames.send(request.model(), request.options(), limitName -> {
            byte[] body = OpenAiRequests.completion(request, limitName);
            return request.stream()
                    ? server.streamed(server.completions, body, request, choices, call)
                    : server.whole(server.completions, body, request.model(), call);
        });
    }

    @Override
    public EmbedAnswer embed(EmbedRequest asked, Call call) {
        EmbedRequest request = Unsupported.honour(asked, LACKS, name, call);
        EmbedAnswer answer =
                batches.embed(request, batch -> server.embed(OpenAiRequests.embedding(batch), batch.model(), call));
        call.markFirstToken();
        call.setUsage(answer.usage());
        return answer;
    }

    @Override
    public List<ModelInfo> models() {
        return server.models();
    }

    @Override
    public void check(String path) {
        server.check(path);
    }

    @Override
    public void close() {
        server.close();
    }
}
