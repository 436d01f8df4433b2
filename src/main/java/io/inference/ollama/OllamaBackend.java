package io.inference.ollama;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
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
import io.inference.api.request.LoadRequest;
import io.inference.api.request.Unsupported;
import io.inference.upstream.Connection;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Runs models on an Ollama server. Ollama generates one choice for each request, so several choices are several
 * concurrent requests. Unsupported features ({@code tool_choice} that forces a call, images by URL, strict tools, and
 * fields that only OpenAI-compatible servers have) are {@code UNSUPPORTED}. A text that does not fit into the model's
 * context is refused, not truncated, unless the caller asks for that.
 */
public final class OllamaBackend implements Backend, AutoCloseable {
    /** Time limit for the requests for details that a list of models does not know yet. */
    private static final long LEARN_NANOS = 1_000_000_000L;

    private static final int MAX_MODELS = 1000;

    private static final Set<String> LACKS =
            Unsupported.extensionsAnd(Unsupported.FORCED_TOOLS, Unsupported.STRICT_TOOLS, Unsupported.REMOTE_IMAGES);

    /** Models that reason, but take no word on how much. */
    private final Cache<String, Boolean> withoutEffort =
            Caffeine.newBuilder().maximumSize(MAX_MODELS).build();

    private final String name;
    private final OllamaServer server;
    private final Map<String, Learnt> learntByDigest = new ConcurrentHashMap<>();

    /** What lists of models leave out. */
    private record Learnt(@Nullable Integer contextLength, List<String> capabilities) {
        static final Learnt NOTHING = new Learnt(null, List.of());
    }

    public OllamaBackend(Connection connection) {
        this.name = connection.backend();
        this.server = new OllamaServer(connection);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ChatAnswer chat(ChatRequest asked, Call call) {
        return Unsupported.send(Unsupported.honour(asked, LACKS, name, call), call, request -> ask(request, call));
    }

    private ChatAnswer ask(ChatRequest request, Call call) {
        boolean takesEffort = withoutEffort.getIfPresent(request.model()) == null;
        try {
            return chat(request, takesEffort, call);
        } catch (InferenceException e) {
            if (!takesEffort || !OllamaErrors.refusesEffort(e)) {
                throw e;
            }
            ChatAnswer answer = chat(request, false, call);
            withoutEffort.put(request.model(), true);
            return answer;
        }
    }

    private ChatAnswer chat(ChatRequest request, boolean takesEffort, Call call) {
        boolean streams = request.stream() || request.options().choices() > 1;
        List<byte[]> bodies = new ArrayList<>(request.options().choices());
        for (int choice = 0; choice < request.options().choices(); choice++) {
            bodies.add(OllamaRequests.chat(request, choice, streams, takesEffort));
        }
        return answer(server.chat, bodies, streams, bodies.size(), request, request.stream(), call);
    }

    @Override
    public ChatAnswer generate(GenerateRequest asked, Call call) {
        GenerateRequest request = Unsupported.honour(asked, LACKS, name, call);
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
    public void load(LoadRequest request, Call call) {
        server.load(request, call);
    }

    @Override
    public EmbedAnswer embed(EmbedRequest asked, Call call) {
        EmbedRequest request = Unsupported.honour(asked, LACKS, name, call);
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
            byte[] body = OllamaRequests.embeddings(request, input);
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
        learn(listed);
        return listed.stream()
                .map(model -> complete(model, loaded.containsKey(model.id()), known(model)))
                .toList();
    }

    private void learn(List<ModelInfo> models) {
        long start = System.nanoTime();
        for (ModelInfo model : models) {
            if (System.nanoTime() - start > LEARN_NANOS) {
                return;
            }
            String digest = model.digest();
            if (digest != null && !learntByDigest.containsKey(digest)) {
                learn(model.id(), digest);
            }
        }
    }

    private void learn(String model, String digest) {
        try {
            OllamaShow show = server.show(model);
            learntByDigest.put(digest, new Learnt(show.contextLength(), show.capabilities()));
        } catch (InferenceException e) {
            // The model may have been deleted since. A list without its details is still valid, and the next one asks
            // again.
            return;
        }
    }

    private Learnt known(ModelInfo model) {
        String digest = model.digest();
        return digest == null ? Learnt.NOTHING : learntByDigest.getOrDefault(digest, Learnt.NOTHING);
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
                complete(info, info.ready(), new Learnt(show.contextLength(), show.capabilities())),
                show.template(),
                show.license(),
                show.modelInfo(),
                show.capabilities(),
                show.parameters(),
                show.tensors());
    }

    private ModelInfo complete(ModelInfo model, boolean ready, Learnt learnt) {
        ModelInfo known = new ModelInfo(
                model.id(),
                name,
                ready,
                learnt.contextLength(),
                model.sizeBytes(),
                model.digest(),
                model.family(),
                model.parameterSize(),
                model.quantization(),
                model.modifiedEpochSeconds());
        return known.with(learnt.capabilities());
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
