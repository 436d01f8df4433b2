package io.inference.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.Executors;

/** Chats by OpenAI's API. */
final class RestLoad implements DoorLoad {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
    private final String baseUrl;

    RestLoad(String baseUrl) {
        this.baseUrl = baseUrl;
    }

    @Override
    public String name() {
        return "REST";
    }

    /** The body of a path, or its status if that is not 200. */
    String get(String path) throws Exception {
        return sound(HttpRequest.newBuilder(URI.create(baseUrl + path)).build());
    }

    @Override
    public String whole(String question) throws Exception {
        return JSON.readTree(ask(question, false))
                .at("/choices/0/message/content")
                .asText();
    }

    @Override
    public String stream(String question) throws Exception {
        StringBuilder words = new StringBuilder();
        boolean done = false;
        for (String line : ask(question, true).lines().toList()) {
            if (line.equals("data: [DONE]")) {
                done = true;
            } else if (line.startsWith("data: ")) {
                words.append(JSON.readTree(line.substring("data: ".length()))
                        .at("/choices/0/delta/content")
                        .asText(""));
            }
        }
        return done ? words.toString() : words + " and no end";
    }

    private String ask(String question, boolean stream) throws Exception {
        String body = "{\"model\":\"mock\",\"stream\":" + stream + ",\"messages\":[{\"role\":\"user\",\"content\":\""
                + question + "\"}]}";
        return sound(HttpRequest.newBuilder(URI.create(baseUrl + "/v1/chat/completions"))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private String sound(HttpRequest request) throws Exception {
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
