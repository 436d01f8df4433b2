package io.inference.openai.image;

import io.inference.api.answer.ImageAnswer;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.ImageRequest;
import io.inference.api.stream.ChunkPipe;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.ChunkStreams;
import io.inference.api.stream.ImageEvent;
import io.inference.openai.OpenAiLists;
import io.inference.openai.answer.OpenAiErrors;
import io.inference.openai.answer.OpenAiImageDecoder;
import io.inference.upstream.Connection;
import io.inference.upstream.Reply;
import io.inference.upstream.UpstreamClient;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** One server with OpenAI's API of pictures: sends ready requests and reads what comes back. */
final class OpenAiImageServer implements AutoCloseable {
    private static final Duration LIST_TIMEOUT = Duration.ofSeconds(5);
    private static final Set<Integer> NO_SUCH_OPERATION = Set.of(404, 405, 501);

    private final UpstreamClient client;
    private final OpenAiErrors errors;
    private final String backend;
    private final Set<String> named;
    private final URI generations;
    private final URI edits;
    private final URI models;

    OpenAiImageServer(Connection connection, Set<String> named) {
        this.client = new UpstreamClient(connection);
        this.errors = new OpenAiErrors(client.failures(), connection.apiKey());
        this.backend = connection.backend();
        this.named = named;
        String path = connection.url().getPath();
        String prefix = path == null || path.length() <= 1 ? "/v1" : "";
        this.generations = client.endpoint(prefix + "/images/generations");
        this.edits = client.endpoint(prefix + "/images/edits");
        this.models = client.endpoint(prefix + "/models");
    }

    /**
     * Waits for the first event, as long as the call may take.
     *
     * @param without fields that the server refuses
     */
    ImageAnswer ask(ImageRequest asked, Set<String> without, Call call) {
        // A server without a list has one model, which has no name of its own.
        ImageRequest request = named.isEmpty() && asked.model().equals(backend) ? asked.withModel("") : asked;
        var decoder = new OpenAiImageDecoder(errors, request.options().count(), call, url -> fetch(url, call));
        ChunkStream events = OpenAiImageRequests.streams(request, without)
                ? stream(request, without, decoder, call)
                : whole(request, without, decoder, call);
        return new ImageAnswer(decoder.model(asked.model()), events);
    }

    private ChunkStream stream(ImageRequest request, Set<String> without, OpenAiImageDecoder decoder, Call call) {
        ChunkStream events = request.isEdit()
                ? client.stream(
                        edits,
                        OpenAiImageRequests.edit(request, without),
                        decoder,
                        reply -> refusal(reply, request),
                        call)
                : client.stream(
                        generations,
                        OpenAiImageRequests.generation(request, without),
                        decoder,
                        reply -> refusal(reply, request),
                        call);
        return ChunkStreams.holdingFirst(events, call.remaining(), call);
    }

    private ChunkStream whole(ImageRequest request, Set<String> without, OpenAiImageDecoder decoder, Call call) {
        Reply reply = request.isEdit()
                ? client.post(edits, OpenAiImageRequests.edit(request, without), call)
                : client.post(generations, OpenAiImageRequests.generation(request, without), call);
        List<ImageEvent> events = client.read(reply, refused -> refusal(refused, request), decoder::whole);
        call.markFirstToken();
        ChunkPipe pipe = new ChunkPipe(events.size(), () -> {});
        events.forEach(pipe::put);
        pipe.end();
        return pipe;
    }

    /** Servers differ in which operations they have, and some tell their errors as plain text. */
    private InferenceException refusal(Reply reply, ImageRequest request) {
        InferenceException refusal = errors.refusal(reply, request.model());
        if (NO_SUCH_OPERATION.contains(reply.status()) && refusal.code() != ErrorCode.MODEL_NOT_FOUND) {
            return InferenceException.unsupported(
                    "model",
                    "the " + backend + " backend does not " + (request.isEdit() ? "edit pictures" : "make pictures"));
        }
        boolean refused = reply.status() == 400 || reply.status() == 422;
        String text = refused ? new String(reply.body(), StandardCharsets.UTF_8).strip() : "";
        return text.isEmpty() || text.startsWith("{") || text.startsWith("<")
                ? refusal
                : client.failures().refused(errors.withoutKey(text));
    }

    /**
     * A picture that the server names by a link, which is followed only to the server itself: otherwise an answer could
     * have this service ask any address of its network.
     */
    private byte[] fetch(String link, Call call) {
        URI url;
        try {
            url = generations.resolve(link);
        } catch (IllegalArgumentException e) {
            throw client.failures().malformed(e);
        }
        if (!sameServer(url)) {
            throw client.failures().failed("sent a link to another server in place of a picture", null);
        }
        Reply reply = client.get(url, call);
        return client.read(reply, refused -> client.failures().status(refused, null), body -> body);
    }

    private boolean sameServer(URI url) {
        return generations.getScheme().equalsIgnoreCase(url.getScheme())
                && url.getRawAuthority() != null
                && authority(generations).equals(authority(url));
    }

    private static String authority(URI url) {
        String authority = url.getRawAuthority().toLowerCase(Locale.ROOT);
        String port = url.getScheme().equalsIgnoreCase("https") ? ":443" : ":80";
        return authority.endsWith(port) ? authority.substring(0, authority.length() - port.length()) : authority;
    }

    /** Some servers with a single model have no list. */
    List<ModelInfo> models() {
        Reply reply = client.get(models, LIST_TIMEOUT);
        if (NO_SUCH_OPERATION.contains(reply.status())) {
            Set<String> names = named.isEmpty() ? Set.of(backend) : named;
            return names.stream().map(id -> ModelInfo.named(id, backend)).toList();
        }
        return client.read(reply, refused -> errors.refusal(refused, ""), body -> OpenAiLists.models(body, backend));
    }

    void check(String path) {
        client.check(path, LIST_TIMEOUT);
    }

    @Override
    public void close() {
        client.close();
    }
}
