package io.inference.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Chats as jobs: submits one, and asks for its result until it is there. */
final class JobLoad implements DoorLoad {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long ASK_AGAIN_MILLIS = 100;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
    private final String baseUrl;

    JobLoad(String baseUrl) {
        this.baseUrl = baseUrl;
    }

    @Override
    public String name() {
        return "jobs";
    }

    @Override
    public boolean hasStreams() {
        return false;
    }

    @Override
    public String whole(String question) throws Exception {
        String body = "{\"task\":\"chat\",\"payload\":{\"model\":\"mock\",\"messages\":[{\"role\":\"user\","
                + "\"content\":\"" + question + "\"}]}}";
        HttpResponse<String> taken = send(HttpRequest.newBuilder(URI.create(baseUrl + "/v1/jobs"))
                .POST(HttpRequest.BodyPublishers.ofString(body)));
        if (taken.statusCode() != 202) {
            throw new IllegalStateException(taken.statusCode() + " " + taken.body());
        }
        String self = JSON.readTree(taken.body()).at("/links/self").asText();
        HttpRequest.Builder ask = HttpRequest.newBuilder(URI.create(baseUrl + self + "/result"));
        long since = System.nanoTime();
        HttpResponse<String> answer = send(ask);
        while (answer.statusCode() == 202 && System.nanoTime() - since < PATIENCE.toNanos()) {
            TimeUnit.MILLISECONDS.sleep(ASK_AGAIN_MILLIS);
            answer = send(ask);
        }
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(answer.statusCode() + " " + answer.body());
        }
        return JSON.readTree(answer.body()).at("/choices/0/message/content").asText();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public String stream(String question) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
