package io.inference.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.RunningService;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

class BrokerAwayIT {
    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void theOtherDoorsDoNotNoticeAndReadinessSaysSo() throws Exception {
        // A free port could be taken by any server of this test meanwhile.
        try (RunningService service = RunningService.start("--rabbitmq-host=127.0.0.1", "--rabbitmq-port=1")) {
            assertThat(get(service.baseUrl() + "/v1/models").statusCode()).isEqualTo(200);
            String readiness = service.managementUrl() + "/actuator/health/readiness";
            await().until(() -> get(readiness).body().contains("Connection refused"));
            HttpResponse<String> ready = get(readiness);
            assertThat(ready.statusCode()).isEqualTo(200);
            assertThat(ready.body()).contains("\"broker\":{\"status\":\"UNAVAILABLE\"");
        }
    }

    @Test
    void aDoorThatIsSwitchedOffSaysWhy() throws Exception {
        try (RunningService service = RunningService.start("--rabbitmq-enabled=false")) {
            String readiness = service.managementUrl() + "/actuator/health/readiness";
            await().until(() -> get(readiness).body().contains("RABBITMQ_ENABLED=false"));
            assertThat(get(readiness).statusCode()).isEqualTo(200);
        }
    }

    private HttpResponse<String> get(String url) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
