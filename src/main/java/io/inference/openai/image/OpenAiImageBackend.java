package io.inference.openai.image;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.answer.ImageAnswer;
import io.inference.api.backend.Backend;
import io.inference.api.backend.ModelDetails;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.ImageRequest;
import io.inference.api.request.LoadRequest;
import io.inference.api.request.Unsupported;
import io.inference.upstream.Connection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes pictures on a server with OpenAI's API. Fields that are not OpenAI's are sent on if they are known to be
 * harmless, and are {@code UNSUPPORTED} otherwise.
 */
public final class OpenAiImageBackend implements Backend, AutoCloseable {
    private final String name;
    private final OpenAiImageServer server;
    private final RefusedFields refusedFields = new RefusedFields();

    /**
     * @param connection its URL ends in {@code /v1} and is used as given; {@code /v1} is added if it has no path at all
     * @param named models of a server that has no list of them
     */
    public OpenAiImageBackend(Connection connection, Set<String> named) {
        this.name = connection.backend();
        this.server = new OpenAiImageServer(connection, named);
    }

    @Override
    public String name() {
        return name;
    }

    /**
     * Returns once the first event is there: a server that does not stream says nothing before, so that only then it is
     * known not to have refused the request.
     */
    @Override
    public ImageAnswer image(ImageRequest asked, Call call) {
        OpenAiImageRequests.checkTexts(asked);
        ImageRequest honoured = Unsupported.honour(asked, OpenAiImageRequests.lacks(asked), name, call);
        return Unsupported.send(
                honoured,
                call,
                request -> refusedFields.send(request.model(), without -> server.ask(request, without, call)));
    }

    @Override
    public List<ModelInfo> models() {
        return server.models();
    }

    /** OpenAI's API gives no more details than the list. */
    @Override
    public ModelDetails details(String model) {
        ModelInfo info = models().stream()
                .filter(listed -> listed.id().equals(model))
                .findFirst()
                .orElseThrow(() -> InferenceException.modelNotFound(model));
        return new ModelDetails(info, null, null, Map.of(), List.of());
    }

    @Override
    public void check(String path) {
        server.check(path);
    }

    /** The server decides itself which models are loaded. */
    @Override
    public void load(LoadRequest request, Call call) {
        // Nothing to do.
    }

    @Override
    public ChatAnswer chat(ChatRequest request, Call call) {
        throw onlyPictures();
    }

    @Override
    public ChatAnswer generate(GenerateRequest request, Call call) {
        throw onlyPictures();
    }

    @Override
    public EmbedAnswer embed(EmbedRequest request, Call call) {
        throw onlyPictures();
    }

    private InferenceException onlyPictures() {
        return InferenceException.unsupported("model", "the " + name + " backend makes pictures and nothing else");
    }

    @Override
    public void close() {
        server.close();
    }
}
