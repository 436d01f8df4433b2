package io.inference.http.keys;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.RunningService;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ApiKeysDoorIT {
    private static final String ADMIN = "ik_" + "0123456789abcdef".repeat(2);
    private static final HttpClient client = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    private static RunningService service;

    @BeforeAll
    static void start() {
        service = RunningService.start("--disable-auth=false", "--bootstrap-api-key=" + ADMIN);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void anAdminMakesAKeyThatWorksUntilItIsRevoked() throws Exception {
        HttpResponse<String> made = ask("POST", "/v1/api-keys", ADMIN, "{\"name\":\"laptop\",\"owner\":\"alice\"}");
        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(made.headers().firstValue("Cache-Control")).contains("no-store");
        JsonNode key = JSON.readTree(made.body());
        String text = key.path("key").asText();
        assertThat(text).startsWith(key.path("prefix").asText());
        assertThat(key.path("owner").asText()).isEqualTo("alice");
        assertThat(key.path("created_by").asText()).isEqualTo("bootstrap");

        assertThat(ask("GET", "/v1/models", text, null).statusCode()).isEqualTo(200);
        HttpResponse<String> list = ask("GET", "/v1/api-keys?limit=500", ADMIN, null);
        assertThat(list.body()).contains(key.path("id").asText()).doesNotContain(text.substring(8));

        HttpResponse<String> revoked =
                ask("DELETE", "/v1/api-keys/" + key.path("id").asText(), ADMIN, null);
        assertThat(JSON.readTree(revoked.body()).path("revoked_at").asText()).isNotEmpty();
        HttpResponse<String> refused = ask("GET", "/v1/models", text, null);
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate")).isPresent();
        assertThat(refused.body()).doesNotContain("revoked");
    }

    @Test
    void onlyAdminsComeNearKeys() throws Exception {
        String key = make("{\"name\":\"no admin\",\"owner\":\"mallory\",\"groups\":[\"users\"]}");
        for (String method : new String[] {"POST", "GET"}) {
            assertThat(ask(method, "/v1/api-keys", key, "{\"name\":\"x\",\"groups\":[\"admins\"]}")
                            .statusCode())
                    .isEqualTo(403);
        }
        assertThat(ask("DELETE", "/v1/api-keys/" + UUID.randomUUID(), key, null).statusCode())
                .isEqualTo(403);
        assertThat(ask("GET", "/v1/api-keys", null, null).statusCode()).isEqualTo(401);
        assertThat(ask("GET", "/v1/api-keys", "ik_" + "0".repeat(43), null).statusCode())
                .isEqualTo(401);
    }

    @Test
    void aKeyInTheAdminsGroupIsAnAdmins() throws Exception {
        String key = make("{\"name\":\"second admin\",\"owner\":\"bob\",\"groups\":[\"admins\"]}");
        assertThat(ask("GET", "/v1/api-keys", key, null).statusCode()).isEqualTo(200);
    }

    @Test
    void whatIsWrongInARequestIsNamed() throws Exception {
        assertThat(param(ask("POST", "/v1/api-keys", ADMIN, "{}"))).isEqualTo("name");
        assertThat(param(ask("POST", "/v1/api-keys", ADMIN, "{\"name\":\"x\",\"expires_at\":\"tomorrow\"}")))
                .isEqualTo("expires_at");
        assertThat(param(ask("POST", "/v1/api-keys", ADMIN, "{\"name\":\"x\",\"groups\":[\"\"]}")))
                .isEqualTo("groups");
        assertThat(param(ask("GET", "/v1/api-keys?limit=0", ADMIN, null))).isEqualTo("limit");
        assertThat(param(ask("DELETE", "/v1/api-keys/first", ADMIN, null))).isEqualTo("id");
        assertThat(ask("DELETE", "/v1/api-keys/" + UUID.randomUUID(), ADMIN, null)
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void whileTheDatabaseIsAwayKeysGet503AndTheRestGoesOn() throws Exception {
        try (RunningService alone = RunningService.start(
                "--disable-auth=false", "--bootstrap-api-key=" + ADMIN, "--db-host=127.0.0.1", "--db-port=1")) {
            HttpResponse<String> unknown = ask(alone, "GET", "/v1/models", "ik_" + "1".repeat(43), null);
            assertThat(unknown.statusCode()).isEqualTo(503);
            assertThat(unknown.headers().firstValue("Retry-After")).isPresent();
            assertThat(ask(alone, "GET", "/v1/models", ADMIN, null).statusCode())
                    .isEqualTo(200);
            assertThat(ask(alone, "GET", "/v1/api-keys", ADMIN, null).statusCode())
                    .isEqualTo(503);
        }
    }

    private static String make(String body) throws Exception {
        return JSON.readTree(ask("POST", "/v1/api-keys", ADMIN, body).body())
                .path("key")
                .asText();
    }

    private static String param(HttpResponse<String> refused) throws IOException {
        assertThat(refused.statusCode()).isEqualTo(400);
        return JSON.readTree(refused.body()).at("/error/param").asText();
    }

    private static HttpResponse<String> ask(String method, String path, String key, String body) throws Exception {
        return ask(service, method, path, key, body);
    }

    private static HttpResponse<String> ask(RunningService asked, String method, String path, String key, String body)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(asked.baseUrl() + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
