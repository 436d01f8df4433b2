package io.inference.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.RawClient;
import io.inference.RunningService;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The service with an issuer on a socket of its own. */
class AuthenticationIT {
    private static final HttpClient client = HttpClient.newHttpClient();

    private static TestIssuer issuer;
    private static RunningService service;

    @BeforeAll
    static void start() {
        issuer = new TestIssuer();
        service = RunningService.start(
                "--auth-issuer=" + issuer.url(),
                "--auth-audience=" + TestIssuer.AUDIENCE,
                "--auth-user-groups=staff",
                "--internal-api-key=first-key,second-key");
    }

    @AfterAll
    static void stop() {
        service.close();
        issuer.close();
    }

    @Test
    void aTokenOfTheIssuerIsLetIn() throws Exception {
        assertThat(get("/v1/models", issuer.token()).statusCode()).isEqualTo(200);
        assertThat(get("/api/tags", issuer.token()).statusCode()).isEqualTo(200);
        assertThat(get("/nobody", issuer.token()).statusCode()).isEqualTo(404);
    }

    @Test
    void aRefusalIsInTheFormatOfItsPathAndSaysNotWhy() throws Exception {
        HttpResponse<String> openAi = get("/v1/models", issuer.token(c -> c.audience("another")));
        assertThat(openAi.statusCode()).isEqualTo(401);
        assertThat(openAi.headers().firstValue("WWW-Authenticate")).contains("Bearer error=\"invalid_token\"");
        assertThat(openAi.body()).contains("\"code\":\"unauthenticated\"").doesNotContain("aud");
        assertThat(get("/api/tags", null).body()).startsWith("{\"error\":\"");
        assertThat(get("/nobody", null).headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(get("/nobody", null).headers().firstValue("WWW-Authenticate"))
                .contains("Bearer");
    }

    @Test
    void everyForgedTokenIsRefusedWithFewOutwardCalls() throws Exception {
        assertThat(get("/v1/models", issuer.token()).statusCode()).isEqualTo(200);
        int before = issuer.requests();
        for (Map.Entry<String, String> forged : ForgedTokens.of(issuer).entrySet()) {
            assertThat(get("/v1/models", forged.getValue()).statusCode())
                    .as(forged.getKey())
                    .isEqualTo(401);
        }
        assertThat(issuer.requests() - before).isLessThanOrEqualTo(3);
    }

    @Test
    void aCredentialAnywhereButInTheHeaderIsNone() throws Exception {
        String token = issuer.token();
        assertThat(get("/v1/models?access_token=" + token, null).statusCode()).isEqualTo(401);
        HttpRequest cookie = request("/v1/models")
                .header("Cookie", "access_token=" + token + "; JSESSIONID=1")
                .header("X-Api-Key", token)
                .header("Proxy-Authorization", "Bearer " + token)
                .header("InferenceCaller", "alice")
                .build();
        assertThat(client.send(cookie, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(401);
        HttpRequest form = request("/v1/chat/completions")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("access_token=" + token))
                .build();
        assertThat(client.send(form, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(401);
    }

    @Test
    void thePublicPathsAnswerEverybody() throws Exception {
        for (String path : List.of("/openapi.json", "/docs", "/docs/swagger-ui.css", "/console", "/console/app.js")) {
            assertThat(get(path, null).statusCode()).as(path).isEqualTo(200);
        }
        assertThat(get("/health", null).body()).contains("status");
        assertThat(status("POST", "/health")).isEqualTo(401);
        assertThat(get("/dev/token", null).statusCode()).isEqualTo(401);
        assertThat(get("/dev/token", issuer.token()).statusCode()).isEqualTo(404);
    }

    @Test
    void groupsThatMayNotUseModelsAreForbiddenAndAdminsAlwaysMay() throws Exception {
        assertThat(get("/v1/models", issuer.token(c -> c.claim("groups", List.of("guests"))))
                        .statusCode())
                .isEqualTo(403);
        assertThat(get("/v1/models", issuer.token(c -> c.claim("groups", null))).statusCode())
                .isEqualTo(403);
        assertThat(get("/v1/models", issuer.token(c -> c.claim("groups", List.of("admins"))))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void internalPathsTakeTheirKeysAloneAndShowNoSecret() throws Exception {
        for (String key : List.of("first-key", "second-key")) {
            HttpResponse<String> config = get("/internal/config", key);
            assertThat(config.statusCode()).isEqualTo(200);
            assertThat(config.body())
                    .contains("\"INTERNAL_API_KEY\":{\"value\":\"***\",\"layer\":\"command line\"}")
                    .doesNotContain("first-key", "second-key");
            assertThat(get("/internal/status", key).body()).contains("\"active\":", "\"queued\":0");
        }
        String admin = issuer.token(c -> c.claim("groups", List.of("admins")));
        assertThat(get("/internal/config", admin).statusCode()).isEqualTo(401);
        assertThat(get("/internal/config", null).statusCode()).isEqualTo(401);
        for (String path :
                List.of("/%69nternal/config", "/internal;x/config", "//internal/config", "/x/../internal/config")) {
            assertThat(rawStatus(path, admin)).as(path).isIn(400, 404);
        }
    }

    @Test
    void internalPathsTakeTheirKeysAsXApiKeyAndNothingElseDoes() throws Exception {
        for (String name : List.of("X-API-Key", "x-api-key")) {
            HttpResponse<String> config = send("/internal/config", name, "second-key");
            assertThat(config.statusCode()).isEqualTo(200);
            assertThat(config.body()).doesNotContain("second-key");
            assertThat(config.headers().map()).doesNotContainKey("x-api-key");
        }
        HttpResponse<String> refused = send("/internal/config", "X-API-Key", "third-key");
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.body()).contains("\"code\":\"unauthenticated\"").doesNotContain("third-key");
        assertThat(send("/internal/status", "X-API-Key", "first-key", "X-API-Key", "first-key")
                        .statusCode())
                .isEqualTo(401);
        assertThat(send("/internal/status", "X-API-Key", "first-key", "Authorization", "Bearer third-key")
                        .statusCode())
                .isEqualTo(401);
        for (String path : List.of("/v1/models", "/api/tags", "/admin/config", "/nobody", "/internal%2fconfig")) {
            assertThat(send(path, "X-API-Key", "first-key").statusCode())
                    .as(path)
                    .isEqualTo(401);
        }
    }

    private static HttpResponse<String> send(String path, String... headers) throws Exception {
        return client.send(request(path).headers(headers).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void theRootIsForWhoeverHasATokenAndWhoeverHasNoneIsToldSo() throws Exception {
        HttpResponse<String> answer = get("/", issuer.token());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("Ollama is running");
        HttpResponse<String> refused = get("/", null);
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().firstValue("WWW-Authenticate")).contains("Bearer");
        assertThat(refused.body()).doesNotContain("Ollama");
        for (String method : List.of("GET", "HEAD")) {
            assertThat(status(method, "/")).isEqualTo(401);
        }
    }

    @Test
    void answersTellBrowsersToKeepOut() throws Exception {
        HttpResponse<String> answer = get("/v1/models", issuer.token());
        assertThat(answer.headers().firstValue("X-Frame-Options")).contains("DENY");
        assertThat(answer.headers().firstValue("Referrer-Policy")).contains("no-referrer");
        assertThat(answer.headers().map()).doesNotContainKeys("access-control-allow-origin", "server", "set-cookie");
    }

    /** On a bare socket, since a normal client changes some paths before it sends them. */
    private static int status(String method, String path) throws Exception {
        try (RawClient raw = new RawClient(service.port())) {
            raw.send(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            return Integer.parseInt(raw.awaitLine("HTTP/1.1").split(" ")[1]);
        }
    }

    private static int rawStatus(String path, String token) throws Exception {
        try (RawClient raw = new RawClient(service.port())) {
            raw.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                    + token + "\r\n\r\n");
            return Integer.parseInt(raw.awaitLine("HTTP/1.1").split(" ")[1]);
        }
    }

    private static HttpResponse<String> get(String path, String token) throws Exception {
        HttpRequest.Builder request = request(path);
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(service.baseUrl() + path));
    }
}
