package io.inference.openai;

import io.inference.api.answer.AnswerCollector;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.request.InferenceRequest;
import io.inference.api.request.TokenEstimate;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.ChunkStreams;
import io.inference.openai.answer.OpenAiErrors;
import io.inference.openai.answer.OpenAiStreamDecoder;
import io.inference.upstream.Connection;
import io.inference.upstream.Reply;
import io.inference.upstream.UpstreamClient;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/** One OpenAI-compatible server: sends ready requests to its operations and reads what comes back. */
final class OpenAiServer implements AutoCloseable {
    private static final Duration LIST_TIMEOUT = Duration.ofSeconds(5);

    private final UpstreamClient client;
    private final OpenAiErrors errors;
    private final String backend;
    private final Duration firstTokenTimeout;
    final URI chat;
    final URI completions;
    private final URI embeddings;
    private final URI models;

    OpenAiServer(Connection connection) {
        this.client = new UpstreamClient(connection);
        this.errors = new OpenAiErrors(client.failures(), connection.apiKey());
        this.backend = connection.backend();
        this.firstTokenTimeout = connection.firstTokenTimeout();
        String path = connection.url().getPath();
        String prefix = path == null || path.length() <= 1 ? "/v1" : "";
        this.chat = client.endpoint(prefix + "/chat/completions");
        this.completions = client.endpoint(prefix + "/completions");
        this.embeddings = client.endpoint(prefix + "/embeddings");
        this.models = client.endpoint(prefix + "/models");
    }

    ChatAnswer.Whole whole(URI operation, byte[] body, String model, Call call) {
        Reply reply = client.post(operation, body, call);
        OpenAiStreamDecoder decoder = new OpenAiStreamDecoder(errors);
        List<Chunk> chunks = read(reply, model, decoder::whole);
        ChatAnswer.Whole answer = AnswerCollector.collect(chunks, decoder.model(model));
        call.markFirstToken();
        call.setUsage(answer.usage());
        return answer;
    }

    /**
     * Waits for the first chunk.
     *
     * @param choices number of answers that were asked for
     */
    ChatAnswer.Streamed streamed(URI operation, byte[] body, InferenceRequest request, int choices, Call call) {
        String model = request.model();
        OpenAiStreamDecoder decoder = new OpenAiStreamDecoder(errors, choices);
        ChunkStream stream = client.stream(operation, body, decoder, reply -> errors.refusal(reply, model), call);
        ChunkStream tracked = ChunkStreams.tracked(stream, TokenEstimate.prompt(request), call);
        ChunkStream held = ChunkStreams.holdingFirst(tracked, firstTokenTimeout, call);
        return new ChatAnswer.Streamed(decoder.model(model), held);
    }

    EmbedAnswer embed(byte[] body, String model, Call call) {
        return read(client.post(embeddings, body, call), model, bytes -> OpenAiLists.embeddings(bytes, model));
    }

    List<ModelInfo> models() {
        return read(client.get(models, LIST_TIMEOUT), "", body -> OpenAiLists.models(body, backend));
    }

    void check(String path) {
        client.check(path, LIST_TIMEOUT);
    }

    private <T> T read(Reply reply, String model, Reply.Reading<T> reading) {
        return client.read(reply, refused -> errors.refusal(refused, model), reading);
    }

    @Override
    public void close() {
        client.close();
    }
}
