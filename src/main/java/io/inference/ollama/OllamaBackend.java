package io.inference.ollama;

import io.inference.api.answer.AnswerCollector;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.backend.Backend;
import io.inference.api.backend.ModelDetails;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.InferenceRequest;
import io.inference.upstream.Connection;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs models on an Ollama server. Ollama generates one choice for each request, so several choices are several
 * concurrent requests. Unsupported features ({@code tool_choice} that forces a call, images by URL, strict tools) are
 * {@code UNSUPPORTED}.
 */
public final class OllamaBackend implements Backend, AutoCloseable {
    /** Time limit for the requests for context lengths that a list of models does not know yet. */
    private static final long LEARN_NANOS = 1_000_000_000L;

    private static final int UNTOLD = 0;

    private final String name;
    private final OllamaServer server;
    private final Map<String, Integer> contextLengthsByDigest = new ConcurrentHashMap<>();

    public OllamaBackend(Connection connection) {
        this.name = connection.backend();
        this.server = new OllamaServer(connection);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ChatAnswer chat(ChatRequest request, Call call) {
        boolean streams = request.stream() || request.options().choices() > 1;
        List<byte[]> bodies = new ArrayList<>(request.options().choices());
        for (int choice = 0; choice < request.options().choices(); choice++) {
            bodies.add(OllamaRequests.chat(request, choice, streams));
        }
        return answer(server.chat, bodies, streams, bodies.size(), request, request.stream(), call);
    }

    @Override
    public ChatAnswer generate(GenerateRequest request, Call call) {
        int choices = request.options().choices();
        boolean streams = request.stream() || choices * request.prompts().size() > 1;
        List<byte[]> bodies = new ArrayList<>(choices * request.prompts().size());
        for (String prompt : request.prompts()) {
            for (int choice = 0; choice < choices; choice++) {
                bodies.add(OllamaRequests.generate(request, prompt, choice, streams));
            }
        }
        return answer(server.generate, bodies, streams, choices, request, request.stream(), call);
    }

    /**
     * @param streams whether the bodies request streams, which is also used for several complete choices
     * @param choices number of consecutive bodies for the same prompt
     */
    private ChatAnswer answer(
            URI operation,
            List<byte[]> bodies,
            boolean streams,
            int choices,
            InferenceRequest request,
            boolean streamWanted,
            Call call) {
        if (!streams) {
            return server.whole(operation, bodies.getFirst(), request.model(), call);
        }
        ChatAnswer.Streamed streamed = server.streamed(operation, bodies, choices, request, call);
        return streamWanted ? streamed : AnswerCollector.collect(streamed.chunks(), streamed.model(), call);
    }

    @Override
    public EmbedAnswer embed(EmbedRequest request, Call call) {
        EmbedAnswer answer = request.normalize()
                ? server.embed(OllamaRequests.embed(request), request.model(), call)
                : embedAsIs(request, call);
        if (answer.embeddings().size() != request.inputs().size()) {
            throw new InferenceException(ErrorCode.BACKEND_FAILED, "the " + name + " backend left out embeddings");
        }
        call.markFirstToken();
        call.setUsage(answer.usage());
        return answer;
    }

    private EmbedAnswer embedAsIs(EmbedRequest request, Call call) {
        List<float[]> vectors = new ArrayList<>(request.inputs().size());
        for (String input : request.inputs()) {
            byte[] body = OllamaRequests.embeddings(request.model(), input);
            for (float[] vector : server.embeddings(body, request.model(), call).embeddings()) {
                vectors.add(cut(vector, request.dimensions()));
            }
        }
        return new EmbedAnswer(request.model(), vectors, Usage.NONE);
    }

    private static float[] cut(float[] vector, @Nullable Integer dimensions) {
        return dimensions == null || dimensions >= vector.length ? vector : Arrays.copyOf(vector, dimensions);
    }

    @Override
    public List<ModelInfo> models() {
        List<ModelInfo> listed = server.listed();
        Map<String, ModelInfo> loaded =
                loaded().stream().collect(Collectors.toMap(ModelInfo::id, model -> model, (one, other) -> one));
        learnContextLengths(listed);
        return listed.stream()
                .map(model -> complete(model, loaded.containsKey(model.id()), knownContextLength(model)))
                .toList();
    }

    private void learnContextLengths(List<ModelInfo> models) {
        long start = System.nanoTime();
        for (ModelInfo model : models) {
            if (System.nanoTime() - start > LEARN_NANOS) {
                return;
            }
            String digest = model.digest();
            if (digest != null && !contextLengthsByDigest.containsKey(digest)) {
                learnContextLength(model.id(), digest);
            }
        }
    }

    private void learnContextLength(String model, String digest) {
        try {
            Integer length = server.show(model).contextLength();
            contextLengthsByDigest.put(digest, length == null ? UNTOLD : length);
        } catch (InferenceException e) {
            // The model may have been deleted since. A list without its context length is still valid, and the next one
            // asks again.
            return;
        }
    }

    private @Nullable Integer knownContextLength(ModelInfo model) {
        String digest = model.digest();
        Integer length = digest == null ? null : contextLengthsByDigest.get(digest);
        return length == null || length == UNTOLD ? null : length;
    }

    @Override
    public List<ModelInfo> loaded() {
        return server.loaded();
    }

    @Override
    public ModelDetails details(String model) {
        OllamaShow show = server.show(model);
        ModelInfo info = models().stream()
                .filter(listed -> OllamaNames.same(listed.id(), model))
                .findFirst()
                .orElseGet(() -> ModelInfo.named(model, name));
        return new ModelDetails(
                complete(info, info.ready(), show.contextLength()),
                show.template(),
                show.license(),
                show.modelInfo(),
                show.capabilities());
    }

    private ModelInfo complete(ModelInfo model, boolean ready, @Nullable Integer contextLength) {
        return new ModelInfo(
                model.id(),
                name,
                ready,
                contextLength,
                model.sizeBytes(),
                model.digest(),
                model.family(),
                model.parameterSize(),
                model.quantization(),
                model.modifiedEpochSeconds());
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
