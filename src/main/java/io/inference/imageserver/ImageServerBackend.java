package io.inference.imageserver;

import io.inference.api.answer.ImageAnswer;
import io.inference.api.backend.ImageBackend;
import io.inference.api.call.Call;
import io.inference.api.image.ImageOptions;
import io.inference.api.request.ImageRequest;
import io.inference.api.request.Unsupported;
import io.inference.upstream.Connection;
import io.inference.upstream.UpstreamClient;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * A server that makes pictures and nothing else. Of the fields beside OpenAI's API, {@link Drawing#EXTRAS} reach it;
 * any other that asks for something is {@code UNSUPPORTED}.
 */
public abstract class ImageServerBackend extends ImageBackend implements AutoCloseable {
    /** Time limit for short questions. */
    protected static final Duration SHORT = Duration.ofSeconds(5);

    /** Fields about a request that ask nothing of a server. */
    private static final Set<String> ABOUT_THE_REQUEST =
            Set.of("user", "safety_identifier", "metadata", "response_format", "store", Unsupported.DROP_FIELD);

    private static final String PNG = "png";

    protected final Connection connection;
    protected final UpstreamClient client;
    protected final ServerFailures failures;

    protected ImageServerBackend(Connection connection) {
        this.connection = connection;
        this.client = new UpstreamClient(connection);
        this.failures = new ServerFailures(connection, client.failures());
    }

    /** What the server cannot do for this request: names as of {@link Unsupported}. */
    protected abstract Set<String> lacks(ImageRequest request);

    /** Pictures that it makes in one job. */
    protected abstract int mostAtOnce(ImageRequest request);

    /** The model that a request gets: the one it names; empty for the server's own. */
    protected String model(ImageRequest request) {
        return request.model();
    }

    /**
     * Submits a job.
     *
     * @param options of the whole request
     * @param count pictures of this job
     * @return once the server has accepted it
     */
    protected abstract ServerJob submit(Drawing drawing, ImageOptions options, int count, Call call);

    @Override
    public final ImageAnswer image(ImageRequest asked, Call call) {
        // Every server makes PNG if nothing else is asked for.
        ImageRequest plain = PNG.equals(asked.options().format())
                ? (ImageRequest) Unsupported.without(asked, Set.of("output_format"))
                : asked;
        ImageRequest request = Unsupported.honour(plain, allLacks(plain), name(), call);
        String model = model(request);
        Drawing drawing = Drawing.of(request.withModel(model));
        ImageOptions options = request.options();
        int atOnce = options.partialImages() > 0 ? 1 : Math.min(options.count(), mostAtOnce(request));
        ImageRun run = new ImageRun(
                (count, made) -> submit(drawing.withSeed(drawing.seed() + made), options, count, call),
                client.failures(),
                options.count(),
                atOnce,
                options.partialImages(),
                call);
        return run.start(model.isEmpty() ? name() : model);
    }

    private Set<String> allLacks(ImageRequest request) {
        Set<String> all = new HashSet<>(lacks(request));
        for (String field : request.extras().fields().keySet()) {
            if (!Drawing.EXTRAS.contains(field) && !ABOUT_THE_REQUEST.contains(field)) {
                all.add(field);
            }
        }
        return all;
    }

    /** A URI below the server's address. */
    protected final URI at(String path) {
        return client.endpoint(path);
    }

    @Override
    public final String name() {
        return connection.backend();
    }

    @Override
    public final void check(String path) {
        client.check(path, SHORT);
    }

    @Override
    public void close() {
        client.close();
    }
}
