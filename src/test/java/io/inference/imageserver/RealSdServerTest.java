package io.inference.imageserver;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.stub.StubServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * The backends with a real server of stable-diffusion.cpp at the address SD_SERVER_URL; any model will do, with random
 * weights as well. The exchanges are written into the folder SD_SERVER_RECORDINGS if it is named.
 */
@EnabledIfEnvironmentVariable(named = "SD_SERVER_URL", matches = "http.*")
class RealSdServerTest extends SdServerContract {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int QUEUE_SIZE = 64;

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<String> filling = new ArrayList<>();
    private String name = "";
    private ExchangeServer server;

    @Override
    ExchangeServer server(String exchanges) {
        name = exchanges;
        server = new ExchangeServer((sent, request) -> forward(sent));
        return server;
    }

    private Exchange.Answer forward(StubServer.Request sent) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(real(sent.path()))
                .version(HttpClient.Version.HTTP_1_1)
                .method(sent.method(), HttpRequest.BodyPublishers.ofByteArray(sent.bytes()));
        if (sent.headers().containsKey("content-type")) {
            request.header("Content-Type", sent.headers().get("content-type"));
        }
        HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Exchange.Answer(
                answer.statusCode(), answer.headers().firstValue("Content-Type").orElse(""), answer.body());
    }

    private static URI real(String path) {
        return URI.create(System.getenv("SD_SERVER_URL")).resolve(path);
    }

    /** The server works on the first of these jobs while the last ones arrive. */
    @Override
    void fillQueue() throws Exception {
        for (int i = 0; i < QUEUE_SIZE; i++) {
            String job = "{\"prompt\":\"a cat\",\"width\":" + (i == 0 ? 1024 : 64) + ",\"height\":64}";
            filling.add(JSON.readTree(post("/sdcpp/v1/img_gen", job)).path("id").asText());
        }
    }

    private String post(String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(real(path))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    @AfterEach
    void end() throws Exception {
        server.close();
        for (String job : filling) {
            post("/sdcpp/v1/jobs/" + job + "/cancel", "{}");
        }
        client.close();
        String folder = System.getenv("SD_SERVER_RECORDINGS");
        if (folder != null) {
            Exchange.record(Path.of(folder), name, server.exchanges());
        }
    }
}
