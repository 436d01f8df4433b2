package io.inference.openai.image;

import io.inference.api.answer.ImageAnswer;
import io.inference.api.backend.ImageBackend;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.request.ImageRequest;
import io.inference.api.request.Unsupported;
import io.inference.upstream.Connection;
import java.util.List;
import java.util.Set;

/**
 * Makes pictures on a server with OpenAI's API. Fields that are not OpenAI's are sent on if they are known to be
 * harmless, and are {@code UNSUPPORTED} otherwise.
 */
public final class OpenAiImageBackend extends ImageBackend implements AutoCloseable {
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

    @Override
    public void check(String path) {
        server.check(path);
    }

    @Override
    public void close() {
        server.close();
    }
}
