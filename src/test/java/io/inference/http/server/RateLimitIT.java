package io.inference.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.RunningService;
import io.inference.limits.Buckets;
import io.inference.limits.LocalBuckets;
import io.inference.stub.StubServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RateLimitIT {
    private static final HttpClient client = HttpClient.newHttpClient();

    private static StubServer upstream;

    @BeforeAll
    static void start() throws Exception {
        upstream = new StubServer((request, connection) -> {
            if (request.path().endsWith("/models")) {
                connection.whole(200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"mock\"}]}");
            } else {
                connection.whole(
                        200,
                        "application/json",
                        "{\"model\":\"mock\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                                + "\"content\":\"hello\"},"
                                + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":30,"
                                + "\"completion_tokens\":70}}");
            }
        });
    }

    @AfterAll
    static void stop() throws Exception {
        upstream.close();
    }

    @Test
    void answersTellWhereTheCallerStandsAndOneTooManyIs429() throws Exception {
        try (RunningService service = limited("--rate-limit-requests-per-minute=2", "--redis-enabled=false")) {
            HttpResponse<String> first = chat(service, 10);
            assertThat(first.statusCode()).isEqualTo(200);
            assertThat(header(first, "x-ratelimit-limit-requests")).isEqualTo("2");
            assertThat(header(first, "x-ratelimit-remaining-requests")).isEqualTo("1");
            assertThat(header(first, "x-ratelimit-reset-requests")).endsWith("s");
            assertThat(first.headers().firstValue("x-ratelimit-limit-tokens")).isEmpty();
            assertThat(chat(service, 10).statusCode()).isEqualTo(200);

            HttpResponse<String> refused = chat(service, 10);
            assertThat(refused.statusCode()).isEqualTo(429);
            assertThat(Integer.parseInt(header(refused, "Retry-After"))).isBetween(1, 30);
            assertThat(header(refused, "x-ratelimit-remaining-requests")).isEqualTo("0");
            assertThat(refused.body()).contains("\"code\":\"rate_limited\"", "\"type\":\"rate_limit_error\"");
            HttpRequest models = HttpRequest.newBuilder(URI.create(service.baseUrl() + "/v1/models"))
                    .build();
            assertThat(client.send(models, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void membersOfAGroupSeeItsLimitsInTheirHeadersAndOthersTheDefault() throws Exception {
        String bootstrap = "ik_" + "0123456789abcdef".repeat(2);
        try (RunningService service = limited(
                "--disable-auth=false",
                "--bootstrap-api-key=" + bootstrap,
                "--rate-limit-requests-per-minute=5",
                "--rate-limit-groups=gold:requests=600,tokens=20000;admins:requests=0",
                "--redis-enabled=false")) {
            HttpResponse<String> gold = chat(service, 10, key(service, bootstrap, "gold"));
            assertThat(gold.statusCode()).isEqualTo(200);
            assertThat(header(gold, "x-ratelimit-limit-requests")).isEqualTo("600");
            assertThat(header(gold, "x-ratelimit-remaining-requests")).isEqualTo("599");
            assertThat(header(gold, "x-ratelimit-limit-tokens")).isEqualTo("20000");
            HttpResponse<String> other = chat(service, 10, key(service, bootstrap, "silver"));
            assertThat(header(other, "x-ratelimit-limit-requests")).isEqualTo("5");
            assertThat(other.headers().firstValue("x-ratelimit-limit-tokens")).isEmpty();
            HttpResponse<String> admin = chat(service, 10, bootstrap);
            assertThat(admin.statusCode()).isEqualTo(200);
            assertThat(admin.headers().firstValue("x-ratelimit-limit-requests")).isEmpty();
        }
    }

    private static String key(RunningService service, String admin, String group) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(service.baseUrl() + "/v1/api-keys"))
                .header("Authorization", "Bearer " + admin)
                .POST(BodyPublishers.ofString(
                        "{\"name\":\"test\",\"owner\":\"" + group + "\",\"groups\":[\"" + group + "\"]}"))
                .build();
        String body = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
        return body.replaceAll("(?s).*\"key\":\"([^\"]+)\".*", "$1");
    }

    @Test
    void aCallIsSettledByWhatItUsed() throws Exception {
        try (RunningService service = limited("--rate-limit-tokens-per-minute=1000", "--redis-enabled=false")) {
            long begin = System.nanoTime();
            assertThat(chat(service, 900).statusCode()).isEqualTo(200);
            // 100 of the 900 were used, so that another of that size fits.
            HttpResponse<String> second = chat(service, 700);
            assertThat(second.statusCode()).isEqualTo(200);
            // Each second adds 17, on a busy machine as well.
            int added = (int) (17 * (System.nanoTime() - begin) / 1_000_000_000);
            assertThat(Integer.parseInt(header(second, "x-ratelimit-remaining-tokens")))
                    .isBetween(150, 240 + added);
        }
    }

    @Test
    void withoutLimitsNobodyLooksForRedisAndNoHeaderIsSent() throws Exception {
        try (RunningService service = limited()) {
            assertThat(service.bean(Buckets.class)).isInstanceOf(LocalBuckets.class);
            assertThat(chat(service, 10).headers().map().keySet()).noneMatch(name -> name.startsWith("x-ratelimit"));
        }
    }

    private static RunningService limited(String... options) {
        String[] all = new String[options.length + 1];
        all[0] = "--inference-services-openai-base-url=" + upstream.url() + "/v1";
        System.arraycopy(options, 0, all, 1, options.length);
        return RunningService.start(all);
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElseThrow();
    }

    private static HttpResponse<String> chat(RunningService service, int maxTokens) throws Exception {
        return chat(service, maxTokens, "none");
    }

    private static HttpResponse<String> chat(RunningService service, int maxTokens, String key) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(service.baseUrl() + "/v1/chat/completions"))
                .header("Authorization", "Bearer " + key)
                .POST(BodyPublishers.ofString("{\"model\":\"mock\",\"max_tokens\":" + maxTokens
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
