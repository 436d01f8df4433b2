package io.inference.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.RunningService;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Rights of credentials with scopes at the REST door. No backend has a model, so that an admitted chat fails with that
 * reason.
 */
class ScopesIT {
    private static final String BOOTSTRAP = "ik_" + "0123456789abcdef".repeat(2);
    private static final HttpClient client = HttpClient.newHttpClient();

    private static TestIssuer issuer;
    private static RunningService service;

    @BeforeAll
    static void start() {
        issuer = new TestIssuer();
        service = RunningService.start(
                "--auth-issuer=" + issuer.url(),
                "--auth-audience=" + TestIssuer.AUDIENCE,
                "--auth-scope-prefix=inference:",
                "--bootstrap-api-key=" + BOOTSTRAP);
    }

    @AfterAll
    static void stop() {
        service.close();
        issuer.close();
    }

    @Test
    void aKeyMadeForChatsDoesNothingElseEvenAsAnAdmins() throws Exception {
        String key = key("\"groups\":[\"admins\"],\"scopes\":[\"chat\"]");
        assertThat(chat(key)).isEqualTo(404);
        assertThat(ask(
                        "POST",
                        "/api/chat",
                        key,
                        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"))
                .isEqualTo(404);
        assertThat(embed(key)).isEqualTo(403);
        assertThat(ask("POST", "/v1/completions", key, "{\"model\":\"m\",\"prompt\":\"hi\"}"))
                .isEqualTo(403);
        assertThat(ask("GET", "/v1/models", key, null)).isEqualTo(403);
        assertThat(ask("GET", "/api/version", key, null)).isEqualTo(403);
        assertThat(ask("GET", "/v1/api-keys", key, null)).isEqualTo(403);
        assertThat(ask("POST", "/v1/api-keys", key, "{\"name\":\"more\"}")).isEqualTo(403);
        assertThat(ask("DELETE", "/v1/api-keys/00000000-0000-0000-0000-000000000000", key, null))
                .isEqualTo(403);
    }

    @Test
    void aKeyMadeForKeysManagesThemIfItsGroupMay() throws Exception {
        assertThat(ask("GET", "/v1/api-keys", key("\"groups\":[\"admins\"],\"scopes\":[\"keys\"]"), null))
                .isEqualTo(200);
        String noAdmin = key("\"scopes\":[\"keys\"]");
        assertThat(ask("GET", "/v1/api-keys", noAdmin, null)).isEqualTo(403);
        assertThat(chat(noAdmin)).isEqualTo(403);
    }

    @Test
    void aKeyWithoutScopesDoesAllThatItsGroupsMay() throws Exception {
        String key = key("\"groups\":[\"admins\"]");
        assertThat(chat(key)).isEqualTo(404);
        assertThat(embed(key)).isEqualTo(404);
        assertThat(ask("GET", "/v1/models", key, null)).isEqualTo(200);
        assertThat(ask("GET", "/api/version", key, null)).isEqualTo(200);
        assertThat(ask("GET", "/v1/api-keys", key, null)).isEqualTo(200);
    }

    @Test
    void aTokenDoesWhatItsScopesOfThisServiceName() throws Exception {
        String token = issuer.token(c -> c.claim("scope", "openid inference:embed inference:models"));
        assertThat(embed(token)).isEqualTo(404);
        assertThat(ask("GET", "/v1/models", token, null)).isEqualTo(200);
        assertThat(chat(token)).isEqualTo(403);
        assertThat(chat(issuer.token(c -> c.claim("scope", "openid profile")))).isEqualTo(401);
        String admin = issuer.token(c -> c.claim("scope", "inference:chat").claim("groups", List.of("admins")));
        assertThat(ask("GET", "/v1/api-keys", admin, null)).isEqualTo(403);
    }

    private static int chat(String credential) throws Exception {
        return ask(
                "POST",
                "/v1/chat/completions",
                credential,
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
    }

    private static int embed(String credential) throws Exception {
        return ask("POST", "/v1/embeddings", credential, "{\"model\":\"m\",\"input\":\"hi\"}");
    }

    private static String key(String fields) throws Exception {
        HttpResponse<String> made =
                send("POST", "/v1/api-keys", BOOTSTRAP, "{\"name\":\"test\",\"owner\":\"alice\"," + fields + "}");
        assertThat(made.statusCode()).isEqualTo(201);
        return new ObjectMapper().readTree(made.body()).path("key").asText();
    }

    private static int ask(String method, String path, String credential, String body) throws Exception {
        return send(method, path, credential, body).statusCode();
    }

    private static HttpResponse<String> send(String method, String path, String credential, String body)
            throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(service.baseUrl() + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .header("Authorization", "Bearer " + credential)
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
