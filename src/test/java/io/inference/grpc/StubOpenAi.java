package io.inference.grpc;

import io.inference.stub.StubServer;
import io.inference.stub.StubServer.Connection;

/** An OpenAI-compatible server with the model {@code mock}. */
public final class StubOpenAi {
    private StubOpenAi() {}

    /** Answers any request but listings. */
    public interface Answer {
        void give(StubServer.Request request, Connection connection) throws Exception;
    }

    public static StubServer with(Answer answer) {
        return new StubServer((request, connection) -> {
            if (request.path().endsWith("/models")) {
                connection.whole(200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"mock\"}]}");
            } else {
                answer.give(request, connection);
            }
        });
    }

    /** Answers chats, texts and embeddings at once, whole or in three chunks. */
    public static StubServer answering() {
        return with(StubOpenAi::answer);
    }

    private static void answer(StubServer.Request request, Connection connection) throws Exception {
        if (request.path().endsWith("/embeddings")) {
            connection.whole(
                    200,
                    "application/json",
                    "{\"model\":\"mock\",\"data\":[{\"index\":0,\"embedding\":[0.6,0.8]},{\"index\":1,"
                            + "\"embedding\":[1,0]}],"
                            + "\"usage\":{\"prompt_tokens\":5}}");
            return;
        }
        boolean chat = request.path().endsWith("/chat/completions");
        if (request.body().contains("\"stream\":true")) {
            connection.begin(200, "text/event-stream");
            for (String text : new String[] {"one", "two", "three"}) {
                connection.chunk(event(chat, text));
            }
            connection.chunk("data: {\"choices\":[{\"index\":0,\"" + (chat ? "delta\":{}" : "text\":\"\"")
                    + ",\"finish_reason\":\"stop\"}]}\n\n");
            connection.chunk("data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n\n"
                    + "data: [DONE]\n\n");
            connection.end();
            return;
        }
        String content = chat ? "\"message\":{\"role\":\"assistant\",\"content\":\"hello\"}" : "\"text\":\"hello\"";
        connection.whole(
                200,
                "application/json",
                "{\"model\":\"mock\",\"choices\":[{\"index\":0," + content
                        + ",\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}");
    }

    /** The body of the last call. Beside calls, the service lists models and makes summaries whenever it wants to. */
    public static String lastCall(StubServer server) {
        return server.requests().stream()
                .filter(request -> !request.path().endsWith("/models"))
                .map(StubServer.Request::body)
                .filter(body -> !body.contains("Summarize the text"))
                .reduce("", (before, each) -> each);
    }

    /** One event of a stream. */
    public static String event(boolean chat, String text) {
        return "data: {\"choices\":[{\"index\":0,"
                + (chat ? "\"delta\":{\"content\":\"" + text + "\"}" : "\"text\":\"" + text + "\"") + "}]}\n\n";
    }
}
