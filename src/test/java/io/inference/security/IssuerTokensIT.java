package io.inference.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import com.nimbusds.jose.jwk.Curve;
import io.inference.LogLines;
import io.inference.RunningService;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Tokens of every kind through the REST door of a running service, whose issuer is on a socket and changes its keys,
 * fails, and revokes.
 */
class IssuerTokensIT {
    private static final HttpClient client = HttpClient.newHttpClient();

    private final LogLines log = new LogLines();
    private TestIssuer issuer;
    private RunningService service;

    @BeforeEach
    void start() {
        issuer = new TestIssuer();
        service = RunningService.start(
                "--auth-issuer=" + issuer.url(),
                "--auth-audience=" + TestIssuer.AUDIENCE,
                "--auth-client-id=" + TestIssuer.CLIENT_ID,
                "--auth-client-secret=" + TestIssuer.CLIENT_SECRET);
        log.start();
        root().addAppender(log);
    }

    @AfterEach
    void stop() {
        root().detachAppender(log);
        root().setLevel(Level.INFO);
        service.close();
        issuer.close();
    }

    @Test
    void aRotatedKeyIsTakenUpAndAWithdrawnOneGivenUpWithoutARestart() throws Exception {
        String first = issuer.token();
        assertThat(status(first)).isEqualTo(200);
        issuer.rotate("second", true);
        assertThat(status(issuer.token())).isEqualTo(200);
        assertThat(status(first)).isEqualTo(200);
        issuer.rotate("third", false);
        assertThat(status(issuer.token())).isEqualTo(200);
        assertThat(status(first)).isEqualTo(401);
    }

    @Test
    void keysGoOnWorkingWhileTheirIssuerIsDown() throws Exception {
        assertThat(status(issuer.token())).isEqualTo(200);
        issuer.setDown(true);
        assertThat(status(issuer.token(c -> c.jwtID("new")))).isEqualTo(200);
        assertThat(status(issuer.tokenUnder("made-up"))).isEqualTo(401);
        assertThat(status(issuer.token(c -> c.jwtID("newer")))).isEqualTo(200);
    }

    @Test
    void anIssuerThatWasDownAtTheStartIsAskedAgain() throws Exception {
        issuer.setDown(true);
        HttpResponse<String> answer = get(issuer.token());
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        issuer.setDown(false);
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> status(issuer.token()) == 200);
    }

    @Test
    void aHundredMadeUpKeyIdsAreFewFetches() throws Exception {
        assertThat(status(issuer.token())).isEqualTo(200);
        int before = issuer.requests();
        for (int i = 0; i < 100; i++) {
            assertThat(status(issuer.tokenUnder("made-up-" + i))).isEqualTo(401);
        }
        assertThat(issuer.requests() - before).isBetween(1, 3);
    }

    @Test
    void everyForgedTokenIsRefusedWithNoCallButTheBoundedRefresh() throws Exception {
        assertThat(status(issuer.token())).isEqualTo(200);
        int before = issuer.requests();
        for (Map.Entry<String, String> forged : ForgedTokens.of(issuer).entrySet()) {
            HttpResponse<String> answer = get(forged.getValue());
            assertThat(answer.statusCode()).as(forged.getKey()).isEqualTo(401);
            assertThat(answer.headers().firstValue("WWW-Authenticate"))
                    .as(forged.getKey())
                    .contains("Bearer error=\"invalid_token\"");
        }
        // Tokens that are not JWTs are opaque to the service; the issuer checks each once.
        assertThat(issuer.requests() - before - issuer.introspections()).isLessThanOrEqualTo(3);
        assertThat(issuer.introspections()).isLessThanOrEqualTo(4);
    }

    @Test
    void anEdwardsKeyOfTheIssuerSignsToo() throws Exception {
        EdwardsTokens edwards = EdwardsTokens.newKey("ed", Curve.Ed25519);
        String token = edwards.token(issuer.claims().build());
        assertThat(status(issuer.token())).isEqualTo(200);
        assertThat(status(token)).isEqualTo(401);
        issuer.publish(edwards.jwk());
        assertThat(status(token)).isEqualTo(200);
        assertThat(status(EdwardsTokens.newKey("ed", Curve.Ed25519)
                        .token(issuer.claims().build())))
                .isEqualTo(401);
        assertThat(status(issuer.token())).isEqualTo(200);
    }

    @Test
    void anOpaqueTokenIsAskedAboutOnceAndARefusedOneToo() throws Exception {
        String good = issuer.opaqueToken(c -> c);
        String elsewhere = issuer.opaqueToken(c -> c.audience("another"));
        String revoked = issuer.opaqueToken(c -> c);
        issuer.revoke(revoked);
        long start = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            assertThat(status(good)).isEqualTo(200);
            assertThat(status(elsewhere)).isEqualTo(401);
            assertThat(status(revoked)).isEqualTo(401);
        }
        // A refusal holds for ten seconds: on a machine that needs longer, it is asked about again.
        int again = (int) (Duration.ofNanos(System.nanoTime() - start).toSeconds() / 10);
        assertThat(issuer.introspections()).isBetween(3, 3 + 3 * again);
    }

    @Test
    void whileTheIssuerIsDownOpaqueTokensThatAreNotKnownMustWait() throws Exception {
        String known = issuer.opaqueToken(c -> c);
        String unknown = issuer.opaqueToken(c -> c);
        assertThat(status(known)).isEqualTo(200);
        issuer.setDown(true);
        assertThat(status(known)).isEqualTo(200);
        HttpResponse<String> answer = get(unknown);
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("\"code\":\"unavailable\"");
        issuer.setDown(false);
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> status(unknown) == 200);
    }

    @Test
    void anApiKeyIsNeverPutBeforeTheIssuer() throws Exception {
        assertThat(status("ik_0123456789abcdef")).isEqualTo(401);
        assertThat(issuer.requests()).isZero();
    }

    @Test
    void noTokenNorTheClientsSecretIsEverLogged() throws Exception {
        root().setLevel(Level.DEBUG);
        List<String> tokens = List.of(
                issuer.token(),
                issuer.token(c -> c.audience("another")),
                issuer.opaqueToken(c -> c),
                issuer.opaqueToken(c -> c.issuer("https://evil.example")),
                "never-issued-by-anybody",
                "not a token at all");
        for (String token : tokens) {
            assertThat(status(token)).isIn(200, 401);
        }
        issuer.setDown(true);
        assertThat(status("asked-about-in-vain")).isEqualTo(503);
        assertThat(log.list).isNotEmpty();
        assertThat(log.list)
                .allSatisfy(event -> assertThat(said(event))
                        .doesNotContain(tokens)
                        .doesNotContain("asked-about-in-vain", TestIssuer.CLIENT_SECRET));
    }

    private static String said(ILoggingEvent event) {
        return event.getFormattedMessage()
                + (event.getThrowableProxy() == null
                        ? ""
                        : event.getThrowableProxy().getMessage());
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    private int status(String token) throws Exception {
        return get(token).statusCode();
    }

    private HttpResponse<String> get(String token) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(service.baseUrl() + "/v1/models"))
                .header("Authorization", "Bearer " + token)
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
