package io.inference.ollama;

import io.inference.api.answer.AnswerCollector;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.request.InferenceRequest;
import io.inference.api.request.LoadRequest;
import io.inference.api.request.TokenEstimate;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.ChunkStreams;
import io.inference.upstream.Connection;
import io.inference.upstream.Reply;
import io.inference.upstream.UpstreamClient;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One Ollama server: sends ready requests to its operations and reads what comes back. */
final class OllamaServer implements AutoCloseable {
    private static final Duration LIST_TIMEOUT = Duration.ofSeconds(5);

    private final UpstreamClient client;
    private final OllamaErrors errors;
    private final String backend;
    private final Duration firstTokenTimeout;
    final URI chat;
    final URI generate;
    private final URI embed;
    private final URI embeddings;
    private final URI tags;
    private final URI ps;
    private final URI show;

    OllamaServer(Connection connection) {
        this.client = new UpstreamClient(connection);
        this.errors = new OllamaErrors(client.failures());
        this.backend = connection.backend();
        this.firstTokenTimeout = connection.firstTokenTimeout();
        this.chat = client.endpoint("/api/chat");
        this.generate = client.endpoint("/api/generate");
        this.embed = client.endpoint("/api/embed");
        this.embeddings = client.endpoint("/api/embeddings");
        this.tags = client.endpoint("/api/tags");
        this.ps = client.endpoint("/api/ps");
        this.show = client.endpoint("/api/show");
    }

    /** Sends one request without a stream. */
    ChatAnswer.Whole whole(URI operation, byte[] body, String model, Call call) {
        Reply reply = client.post(operation, body, call);
        OllamaLineDecoder decoder = new OllamaLineDecoder(errors, true);
        List<Chunk> chunks = new ArrayList<>(1);
        if (!read(reply, model, bytes -> decoder.all(bytes, chunks::add))) {
            throw chunks.isEmpty() ? errors.empty() : client.failures().failed("broke off its answer", null);
        }
        ChatAnswer.Whole answer = AnswerCollector.collect(chunks, decoder.model(model));
        call.markFirstToken();
        call.setUsage(answer.usage());
        return answer;
    }

    /**
     * Sends requests for one choice each as streams; waits for the first chunk.
     *
     * @param choices number of consecutive requests for the same prompt, whose tokens count once
     */
    ChatAnswer.Streamed streamed(URI operation, List<byte[]> bodies, int choices, InferenceRequest request, Call call) {
        String model = request.model();
        List<OllamaLineDecoder> decoders = new ArrayList<>(bodies.size());
        List<ChunkStream> streams = new ArrayList<>(bodies.size());
        for (byte[] body : bodies) {
            OllamaLineDecoder decoder = new OllamaLineDecoder(errors, decoders.size() % choices == 0);
            decoders.add(decoder);
            streams.add(client.stream(operation, body, decoder, reply -> errors.refusal(reply, model), call));
        }
        ChunkStream tracked = ChunkStreams.tracked(ChunkStreams.merge(streams), TokenEstimate.prompt(request), call);
        ChunkStream held = ChunkStreams.holdingFirst(tracked, firstTokenTimeout, call);
        return new ChatAnswer.Streamed(decoders.getFirst().model(model), held);
    }

    /** Waits until the model is loaded or unloaded. */
    void load(LoadRequest request, Call call) {
        Reply reply = client.post(chat, OllamaRequests.load(request), call);
        if (!reply.isOk()) {
            throw errors.refusal(reply, request.model());
        }
    }

    EmbedAnswer embed(byte[] body, String model, Call call) {
        return read(client.post(embed, body, call), model, bytes -> OllamaEmbeddings.read(bytes, model));
    }

    EmbedAnswer embeddings(byte[] body, String model, Call call) {
        return read(client.post(embeddings, body, call), model, bytes -> OllamaEmbeddings.read(bytes, model));
    }

    List<ModelInfo> listed() {
        return read(client.get(tags, LIST_TIMEOUT), "", bytes -> OllamaModels.list(bytes, backend, false));
    }

    List<ModelInfo> loaded() {
        return read(client.get(ps, LIST_TIMEOUT), "", bytes -> OllamaModels.list(bytes, backend, true));
    }

    OllamaShow show(String model) {
        return read(client.post(show, OllamaRequests.show(model), LIST_TIMEOUT), model, OllamaShow::read);
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
