package io.inference.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.RawClient;
import io.inference.RunningService;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Every refusal and every act of an admin writes exactly one line, on every path through the door, without secrets. */
class AuditIT {
    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger("io.inference.audit");
    private static final String BOOTSTRAP = "ik_" + "0123456789abcdef".repeat(2);

    private static TestIssuer issuer;
    private static RunningService service;

    private final Lines lines = new Lines();

    private static final class Lines extends AppenderBase<ILoggingEvent> {
        private final List<String> all = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            all.add(event.getLevel() + " " + event.getFormattedMessage());
        }
    }

    @BeforeAll
    static void start() {
        issuer = new TestIssuer();
        service = RunningService.start(
                "--auth-issuer=" + issuer.url(),
                "--auth-audience=" + TestIssuer.AUDIENCE,
                "--auth-user-groups=staff",
                "--bootstrap-api-key=" + BOOTSTRAP,
                "--internal-api-key=internal-key",
                "--trusted-proxies=127.0.0.1",
                "--redis-enabled=false",
                "--rate-limit-groups=limited:requests=1");
    }

    @AfterAll
    static void stop() {
        service.close();
        issuer.close();
    }

    @BeforeEach
    void listen() {
        lines.start();
        LOGGER.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        LOGGER.detachAppender(lines);
    }

    @Test
    void aRequestWithoutACredential() throws Exception {
        assertThat(status("GET", "/v1/models", null)).isEqualTo(401);
        assertThat(line())
                .matches(refused("127.0.0.1", "GET /v1/models", "unauthenticated", "no Authorization header"));
    }

    @Test
    void aTokenThatDoesNotHold() throws Exception {
        String token = issuer.token(c -> c.audience("another"));
        assertThat(status("GET", "/v1/models", token)).isEqualTo(401);
        assertThat(line()).matches(refused("127.0.0.1", "GET /v1/models", "unauthenticated", ".*another aud.*"));
        assertThat(line()).doesNotContain(token.substring(token.length() - 40));
    }

    @Test
    void aKeyThatNobodyMade() throws Exception {
        String key = "ik_" + "7".repeat(43);
        assertThat(status("GET", "/v1/models", key)).isEqualTo(401);
        assertThat(line()).matches(refused("127.0.0.1", "GET /v1/models", "unauthenticated", ".*an unknown API key"));
        assertThat(line()).doesNotContain("7777");
    }

    @Test
    void aCallerOfNoGroupThatMay() throws Exception {
        String token =
                issuer.token(c -> c.subject("eve\" code=ok reason=\"fine").claim("groups", List.of("guests")));
        assertThat(status("GET", "/v1/models", token)).isEqualTo(403);
        assertThat(line())
                .contains("caller=\"eve\\\" code=ok reason=\\\"fine\" request=\"GET /v1/models\" code=forbidden");
    }

    @Test
    void aCallerWhoIsNoAdmin() throws Exception {
        assertThat(status("GET", "/v1/api-keys", issuer.token())).isEqualTo(403);
        assertThat(line()).matches(refused("alice", "GET /v1/api-keys", "forbidden", "the caller is in no group.*"));
    }

    @Test
    void aCallerOverItsLimit() throws Exception {
        String token = issuer.token(c -> c.subject("bob").claim("groups", List.of("staff", "limited")));
        String chat = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"a private question\"}]}";
        assertThat(status("POST", "/v1/chat/completions", token, chat)).isEqualTo(404);
        assertThat(lines.all).isEmpty();
        assertThat(status("POST", "/v1/chat/completions", token, chat)).isEqualTo(429);
        assertThat(line())
                .matches(refused("bob", "POST /v1/chat/completions", "rate_limited", "the limit of 1 requests.*"));
        assertThat(line()).doesNotContain("private");
    }

    /** No step of a route has run; its line is written when it is answered. */
    @Test
    void aCallThatNoRouteTakesIsLoggedAsItsCallers() throws Exception {
        Logger calls = (Logger) LoggerFactory.getLogger("io.inference.calls");
        calls.addAppender(lines);
        try {
            assertThat(status("PUT", "/v1/models", issuer.token())).isEqualTo(405);
            await().until(() -> !lines.all.isEmpty());
            assertThat(lines.all.getFirst()).contains("caller=alice ");
        } finally {
            calls.detachAppender(lines);
        }
    }

    @Test
    void theInternalEndpoints() throws Exception {
        assertThat(status("GET", "/internal/status", "wrong-key")).isEqualTo(401);
        assertThat(line())
                .matches(refused("127.0.0.1", "GET /internal/status", "unauthenticated", "not an internal key"));
        lines.all.clear();
        assertThat(status("GET", "/internal/status", null)).isEqualTo(401);
        assertThat(line()).matches(refused("127.0.0.1", "GET /internal/status", "unauthenticated", "no Auth.*"));
        lines.all.clear();
        assertThat(status("GET", "/internal/status", "internal-key\r\nX-Forwarded-For: 203.0.113.7"))
                .isEqualTo(404);
        assertThat(line())
                .matches(refused("127.0.0.1", "GET /internal/status", "not_found", "not in INTERNAL_ALLOWED_IPS"));
        lines.all.clear();
        assertThat(status("GET", "/internal/status", "internal-key\r\nX-API-Key: 7777"))
                .isEqualTo(401);
        assertThat(line())
                .matches(refused(
                        "127.0.0.1", "GET /internal/status", "unauthenticated", "Authorization and X-API-Key differ"));
        assertThat(line()).doesNotContain("internal-key", "7777");
        lines.all.clear();
        assertThat(status("GET", "/internal/config", "internal-key")).isEqualTo(200);
        assertThat(line()).matches("INFO allowed req-\\w+ caller=\"127.0.0.1\" act=\"GET /internal/config\"");
    }

    @Test
    void theManagementPort() throws Exception {
        try (RawClient raw = new RawClient(service.managementPort())) {
            raw.send("GET /actuator/env HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            raw.awaitLine("HTTP/1.1 404");
        }
        assertThat(line())
                .matches(refused("127.0.0.1", "GET /actuator/env", "not_found", "management port: page not found"));
    }

    @Test
    void whatAnAdminDoesWithKeys() throws Exception {
        String made;
        try (RawClient raw = send("POST", "/v1/api-keys", BOOTSTRAP, "{\"name\":\"x\",\"owner\":\"al\\\"ice\"}")) {
            made = raw.awaitLine("{\"");
        }
        String id = new ObjectMapper().readTree(made).path("id").asText();
        assertThat(line())
                .contains("INFO allowed ", "caller=\"bootstrap\" act=\"made the API key " + id + " for al\\\"ice\"");
        assertThat(line())
                .doesNotContain(new ObjectMapper().readTree(made).path("key").asText());
        lines.all.clear();
        assertThat(status("GET", "/v1/api-keys", BOOTSTRAP)).isEqualTo(200);
        assertThat(line()).contains("caller=\"bootstrap\" act=\"listed the API keys\"");
        lines.all.clear();
        assertThat(status("DELETE", "/v1/api-keys/" + id, BOOTSTRAP)).isEqualTo(200);
        assertThat(line()).contains("caller=\"bootstrap\" act=\"revoked the API key " + id + " of al\\\"ice\"");
        assertThat(lines.all.toString()).doesNotContain(BOOTSTRAP);
    }

    @Test
    void aPathWithLinesOfItsOwnIsShownOnOne() throws Exception {
        assertThat(status("GET", "/x%0aINFO%20allowed\"", null)).isIn(400, 401);
        assertThat(lines.all)
                .allSatisfy(line -> assertThat(line).doesNotContain("\n").contains("%0a"));
    }

    /** The only line. */
    private String line() {
        await().until(() -> !lines.all.isEmpty());
        assertThat(lines.all).hasSize(1);
        return lines.all.getFirst();
    }

    private static String refused(String caller, String request, String code, String reason) {
        return "WARN refused req-\\w+ caller=\"" + caller + "\" request=\"" + request + "\" code=" + code + " reason=\""
                + reason + "\"";
    }

    private static int status(String method, String path, String credential) throws IOException {
        return status(method, path, credential, "");
    }

    private static int status(String method, String path, String credential, String body) throws IOException {
        try (RawClient raw = send(method, path, credential, body)) {
            int status = Integer.parseInt(raw.awaitLine("HTTP/1.1").split(" ")[1]);
            raw.rest();
            return status;
        }
    }

    private static RawClient send(String method, String path, String credential, String body) throws IOException {
        RawClient raw = new RawClient(service.port());
        String authorization = credential == null ? "" : "Authorization: Bearer " + credential + "\r\n";
        raw.send(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + authorization
                + "Content-Length: " + body.length() + "\r\n\r\n" + body);
        return raw;
    }
}
