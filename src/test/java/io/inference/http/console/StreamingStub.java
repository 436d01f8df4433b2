package io.inference.http.console;

import io.inference.stub.StubServer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A server with one model that sends half an answer and continues when the test allows it, or never if it is told to
 * wait.
 */
final class StreamingStub implements AutoCloseable {
    static final String MODEL = "stub-model";

    private static final String PIECE =
            "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"" + MODEL
                    + "\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"},\"finish_reason\":%s}]}\n\n";
    private static final String USAGE =
            "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"" + MODEL
                    + "\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,\"total_tokens\":11}}"
                    + "\n\n";

    final CountDownLatch goOn = new CountDownLatch(1);
    final CountDownLatch abandoned = new CountDownLatch(1);

    private final StubServer server = new StubServer(this::answer);

    String url() {
        return server.url() + "/v1";
    }

    private void answer(StubServer.Request request, StubServer.Connection connection) throws Exception {
        if (request.path().endsWith("/models")) {
            connection.whole(
                    200,
                    "application/json",
                    "{\"object\":\"list\",\"data\":[{\"id\":\"" + MODEL + "\",\"object\":\"model\",\"created\":1}]}");
            return;
        }
        connection.begin(200, "text/event-stream");
        connection.chunk(PIECE.formatted("first half", "null"));
        if (request.body().contains("wait for ever")) {
            connection.awaitDisconnect();
            abandoned.countDown();
            return;
        }
        if (!goOn.await(ConsoleIT.PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("the test never said to go on");
        }
        connection.chunk(PIECE.formatted(", second half", "null"));
        connection.chunk(PIECE.formatted("", "\"stop\"") + USAGE + "data: [DONE]\n\n");
        connection.end();
    }

    @Override
    public void close() {
        server.close();
    }
}
