package io.inference.http.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.RunningService;
import io.inference.security.TestIssuer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sign-in parameters of the page, for each kind of issuer that the service may have. */
class SignInIT {
    private static final HttpClient client = HttpClient.newHttpClient();

    private final TestIssuer issuer = new TestIssuer();
    private RunningService service;

    @AfterEach
    void stop() {
        service.close();
        issuer.close();
    }

    @Test
    void theDocumentAndThePageNameTheIssuersEndpointsAndTheClient() throws Exception {
        start();
        JsonNode scheme = openApi().at("/components/securitySchemes/signIn");
        assertThat(scheme.path("type").asText()).isEqualTo("oauth2");
        JsonNode flow = scheme.at("/flows/authorizationCode");
        assertThat(flow.path("authorizationUrl").asText()).isEqualTo(issuer.url() + "/authorize");
        assertThat(flow.path("tokenUrl").asText()).isEqualTo(issuer.url() + "/token");
        assertThat(openApi().path("security").toString()).isEqualTo("[{\"bearer\":[]},{\"signIn\":[]}]");

        HttpResponse<String> page = get("/docs");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'; script-src 'self';")
                .contains("connect-src 'self' " + issuer.url() + "/token;")
                .doesNotContain(issuer.url() + "/authorize", "*");
        assertThat(page.body())
                .contains("data-client-id=\"inference service\" data-audience=\"inference\"")
                .doesNotContain(TestIssuer.CLIENT_SECRET, "alert");
        assertThat(get("/docs/swagger-ui-start.js").body())
                .contains("usePkceWithAuthorizationCodeGrant: true", "docs/oauth2-redirect.html");
        assertThat(get("/docs/oauth2-redirect.html").statusCode()).isEqualTo(200);
        assertThat(get("/docs/oauth2-redirect.html?code=x&state=y").body()).contains("oauth2-redirect.js");
        assertThat(get("/docs/oauth2-redirect.js").statusCode()).isEqualTo(200);
    }

    @Test
    void anIssuerThatIsDownTakesNothingButTheSignInAwayAndNotForGood() throws Exception {
        issuer.setDown(true);
        start();
        assertThat(get("/docs").body())
                .contains("Signing in is not possible now")
                .doesNotContain("data-client-id");
        assertThat(openApi().at("/components/securitySchemes").has("signIn")).isFalse();
        assertThat(openApi().path("paths").isEmpty()).isFalse();
        issuer.setDown(false);
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(250))
                .until(() -> get("/docs").body().contains("data-client-id"));
        assertThat(openApi().at("/components/securitySchemes").has("signIn")).isTrue();
    }

    @Test
    void whereTheServiceIsNoClientOfTheIssuerThePageTakesATokenAlone() throws Exception {
        service = RunningService.start("--auth-issuer=" + issuer.url(), "--auth-audience=" + TestIssuer.AUDIENCE);
        assertThat(get("/docs").body()).doesNotContain("data-client-id", "sign-in");
        assertThat(openApi().at("/components/securitySchemes").has("signIn")).isFalse();
        assertThat(issuer.requests()).isZero();
    }

    @Test
    void theEmbeddedIssuersTokensAreALinkAway() throws Exception {
        service = RunningService.start("--disable-auth=false");
        assertThat(get("/docs").body()).contains("<a href=\"dev/token?sub=me\">");
        assertThat(get("/dev/token?sub=me").statusCode()).isEqualTo(200);
    }

    private void start() {
        service = RunningService.start(
                "--auth-issuer=" + issuer.url(),
                "--auth-audience=" + TestIssuer.AUDIENCE,
                "--auth-client-id=" + TestIssuer.CLIENT_ID,
                "--auth-client-secret=" + TestIssuer.CLIENT_SECRET);
    }

    private JsonNode openApi() throws Exception {
        return new ObjectMapper().readTree(get("/openapi.json").body());
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(service.baseUrl() + path)).build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
