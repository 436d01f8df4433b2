package io.inference.stub;

import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server with OpenAI's API of pictures and the model {@code painter}, whose pictures are those of this class. The
 * prompt decides what happens: {@code wait} is never answered, {@code be slow} once {@link #goOn} has a permit,
 * {@code refuse} is refused, {@code break} breaks off after a preview.
 */
public final class ImageServer implements AutoCloseable {
    public static final String MODEL = "painter";
    public static final byte[] PICTURE = Pictures.png(6, 4, 0xff20a040);
    public static final byte[] PREVIEW = Pictures.jpeg(3, 2, 0xff208040);

    private final StubServer server = new StubServer(this::answer);
    private final AtomicInteger abandoned = new AtomicInteger();
    public final Semaphore goOn = new Semaphore(0);

    /** The address for a backend of the kind {@code openai-images}. */
    public String url() {
        return server.url() + "/v1";
    }

    /** Requests that their clients left. */
    public int abandoned() {
        return abandoned.get();
    }

    public List<StubServer.Request> requests() {
        return server.requests().stream()
                .filter(request -> !request.path().endsWith("/models"))
                .toList();
    }

    public boolean wasAsked(String words) {
        return requests().stream().anyMatch(request -> request.body().contains(words));
    }

    private void answer(StubServer.Request request, StubServer.Connection connection) throws Exception {
        String body = request.body();
        if (request.path().endsWith("/models")) {
            connection.whole(200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"painter\"}]}");
        } else if (body.contains("wait")) {
            connection.awaitDisconnect();
            abandoned.incrementAndGet();
        } else if (body.contains("refuse")) {
            connection.whole(
                    400,
                    "application/json",
                    "{\"error\":{\"message\":\"not this\",\"code\":\"moderation_blocked\",\"param\":null}}");
        } else if (body.contains("\"stream\":true") || body.contains("name=\"stream\"")) {
            stream(request, connection);
        } else {
            if (body.contains("be slow")) {
                goOn.acquire();
            }
            String picture = "{\"b64_json\":\"" + Pictures.base64(PICTURE) + "\",\"revised_prompt\":\"a better cat\"}";
            boolean two = body.contains("\"n\":2");
            connection.whole(
                    200,
                    "application/json",
                    "{\"created\":1,\"data\":[" + picture + (two ? "," + picture : "") + "],"
                            + "\"usage\":{\"input_tokens\":5,\"output_tokens\":60,\"total_tokens\":65,"
                            + "\"input_tokens_details\":{\"text_tokens\":5,\"image_tokens\":0}}}");
        }
    }

    private void stream(StubServer.Request request, StubServer.Connection connection) throws Exception {
        String prefix = request.path().endsWith("/edits") ? "image_edit." : "image_generation.";
        if (request.body().contains("be slow")) {
            goOn.acquire();
        }
        connection.begin(200, "text/event-stream");
        for (int i = 0; i < 2; i++) {
            connection.chunk(event(prefix + "partial_image", PREVIEW, ",\"partial_image_index\":" + i));
            if (request.body().contains("break")) {
                connection.close();
            }
        }
        connection.chunk(event(
                prefix + "completed",
                PICTURE,
                ",\"usage\":{\"input_tokens\":5,\"output_tokens\":60,\"total_tokens\":65}"));
        connection.end();
    }

    private static String event(String type, byte[] picture, String more) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\",\"b64_json\":\"" + Pictures.base64(picture) + "\""
                + more + "}\n\n";
    }

    @Override
    public void close() {
        server.close();
    }
}
