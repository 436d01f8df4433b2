package io.inference.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.RawClient;
import io.inference.RunningService;
import io.inference.http.docs.PublishedPaths;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers for a caller without a credential: only the public paths, whatever the request and its spelling. */
class ClosedDoorIT {
    private static final List<String> METHODS =
            List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "MADEUP");
    private static final Set<String> PUBLIC = Set.of(
            "/health",
            "/openapi.json",
            "/docs",
            "/docs/",
            "/docs/oauth2-redirect.html",
            "/docs/oauth2-redirect.js",
            "/docs/swagger-ui.css",
            "/console",
            "/console/",
            "/console/app.js");
    private static final int PATHS = 1500;

    private static TestIssuer issuer;
    private static RunningService service;

    @BeforeAll
    static void start() {
        issuer = new TestIssuer();
        service = RunningService.start(
                "--auth-issuer=" + issuer.url(), "--auth-audience=" + TestIssuer.AUDIENCE, "--internal-api-key=key");
    }

    @AfterAll
    static void stop() {
        service.close();
        issuer.close();
    }

    @Test
    void everyRoutesPathNeedsACredentialByAnyMethod() throws Exception {
        Set<String> paths = new HashSet<>();
        for (PublishedPaths.Path path : service.bean(PublishedPaths.class).paths()) {
            paths.add(path.path().replaceAll("\\{[^}]*}", "x").replace("**", "x/y"));
        }
        assertThat(paths).hasSizeGreaterThan(10);
        for (String path : paths) {
            for (String method : METHODS) {
                assertThat(status(method, path)).as(method + " " + path).isEqualTo(401);
            }
        }
    }

    @Test
    void anyWellFormedPathNeedsACredentialAndAnyOtherIsNotRead() throws Exception {
        Random random = new Random(4);
        int wellFormed = 0;
        int malformed = 0;
        for (int i = 0; i < PATHS; i++) {
            String path = RandomPaths.next(random);
            String method = METHODS.get(random.nextInt(METHODS.size()));
            boolean reads = method.equals("GET") || method.equals("HEAD");
            if (reads && PUBLIC.contains(path.replaceAll("[?].*", ""))) {
                continue;
            }
            boolean sound = RandomPaths.isWellFormed(path);
            assertThat(status(method, path)).as(method + " " + path).isEqualTo(sound ? 401 : 400);
            wellFormed += sound ? 1 : 0;
            malformed += sound ? 0 : 1;
        }
        assertThat(wellFormed).isGreaterThan(PATHS / 3);
        assertThat(malformed).isGreaterThan(PATHS / 10);
    }

    @Test
    void publicPathsArePublicToReadersAlone() throws Exception {
        for (String path : PUBLIC) {
            assertThat(status("GET", path)).as(path).isIn(200, 308);
            for (String method : METHODS.subList(2, METHODS.size())) {
                assertThat(status(method, path)).as(method + " " + path).isEqualTo(401);
            }
        }
    }

    /** Methods that the server itself does not support, for every caller, and the one request that has no path. */
    @Test
    void whatNeverReachesTheServiceTellsNothingOfIt() throws Exception {
        assertThat(status("TRACE", "/v1/models")).isEqualTo(405);
        assertThat(status("CONNECT", "localhost:80")).isEqualTo(501);
        assertThat(status("GET", "*")).isEqualTo(400);
        try (RawClient raw = new RawClient(service.port())) {
            raw.send("CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            assertThat(raw.rest()).contains("X-Request-Id: ", "\"status\":501", "no path takes this method");
        }
        try (RawClient raw = new RawClient(service.port())) {
            raw.send("OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            assertThat(raw.rest()).contains("Allow: ", "Content-Length: 0\n");
        }
    }

    @Test
    void aWholeAddressIsReadAsItsPath() throws Exception {
        assertThat(status("GET", "http://localhost/v1/models")).isEqualTo(401);
        assertThat(status("GET", "http://localhost/health")).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/models", "/api/tags", "/internal/config", "/health", "/nobody"})
    void aTokenOfAMegabyteIsRefusedLikeNone(String path) throws Exception {
        try (RawClient raw = new RawClient(service.port())) {
            raw.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + "x".repeat(1 << 20)
                    + "\r\n\r\n");
            raw.finishSending();
            refusedForItsHead(raw);
        }
    }

    @Test
    void soIsOneThatComesInPieces() throws Exception {
        try (RawClient raw = new RawClient(service.port())) {
            raw.send("GET /v1/models HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ");
            for (int i = 0; i < 1024; i++) {
                raw.send("x".repeat(1024));
            }
            raw.send("\r\n\r\n");
            raw.finishSending();
            refusedForItsHead(raw);
        }
    }

    @Test
    void soIsOneThatWaitsForItsAnswerInTheMiddle() throws Exception {
        try (RawClient raw = new RawClient(service.port())) {
            raw.send("GET /v1/models HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + "x".repeat(17 * 1024));
            refusedForItsHead(raw);
        }
    }

    @Test
    void aPathOfAMegabyteIsRefusedTheSameWay() throws Exception {
        try (RawClient raw = new RawClient(service.port())) {
            raw.send("GET /" + "x".repeat(1 << 20) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(raw.awaitLine("HTTP/1.1")).contains(" 401");
        }
    }

    @Test
    void aHeadJustBelowTheLimitIsRead() throws Exception {
        try (RawClient raw = new RawClient(service.port())) {
            raw.send("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                    + "x".repeat(15 * 1024) + "\r\n\r\n");
            assertThat(raw.awaitLine("HTTP/1.1")).contains(" 200");
        }
    }

    private static void refusedForItsHead(RawClient raw) throws IOException {
        assertThat(raw.awaitLine("HTTP/1.1")).contains(" 401");
        assertThat(raw.awaitLine("WWW-Authenticate")).isEqualTo("WWW-Authenticate: Bearer");
        assertThat(raw.rest()).contains("head is too long").doesNotContain("xxxx", "Exception", "Tomcat");
    }

    /** On a bare socket, since a normal client changes some paths before it sends them, and refuses to send others. */
    private static int status(String method, String path) throws IOException {
        try (RawClient raw = new RawClient(service.port())) {
            raw.send(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            return Integer.parseInt(raw.awaitLine("HTTP/1.1").split(" ")[1]);
        }
    }
}
