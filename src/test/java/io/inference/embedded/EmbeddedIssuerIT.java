package io.inference.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.RawClient;
import io.inference.RunningService;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The service with the defaults of a first start: no issuer named, tokens by curl. */
class EmbeddedIssuerIT {
    private static final HttpClient client = HttpClient.newHttpClient();

    private static RunningService service;

    @BeforeAll
    static void start() {
        service = RunningService.start("--disable-auth=false");
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void itsTokensPassTheSameChecksAsAnyOther() throws Exception {
        assertThat(get("/v1/models").statusCode()).isEqualTo(401);
        String token = get("/dev/token?sub=alice&groups=admins,staff&ttl=60").body();
        assertThat(get("/v1/models", "Authorization", "Bearer " + token).statusCode())
                .isEqualTo(200);
        assertThat(get("/v1/models", "Authorization", "Bearer " + token + "x").statusCode())
                .isEqualTo(401);
    }

    @Test
    void itsMetadataLeadsToItsPublicKeys() throws Exception {
        String metadata = get("/dev/issuer/.well-known/openid-configuration").body();
        assertThat(metadata).contains("\"issuer\":\"" + service.baseUrl() + "/dev/issuer\"");
        assertThat(get("/dev/issuer/jwks").body()).contains("\"kty\":\"EC\"").doesNotContain("\"d\":");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Forwarded",
                "X-Forwarded-For",
                "X-Forwarded-Port",
                "x-forwarded-proto",
                "X-Real-IP",
                "Via",
                "CF-Connecting-IP"
            })
    void noProxyIsServed(String header) throws Exception {
        assertThat(get("/dev/token", header, "127.0.0.1").statusCode()).isEqualTo(403);
    }

    @Test
    void neitherAPageOfAnotherOriginNorAReboundNameIsServed() throws Exception {
        assertThat(get("/dev/token", "Origin", "https://evil.example").statusCode())
                .isEqualTo(403);
        try (RawClient raw = new RawClient(service.port())) {
            raw.send("GET /dev/token HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n");
            assertThat(raw.awaitLine("HTTP/1.1")).contains("403");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sub=a%0Ab", "ttl=0", "ttl=-1", "ttl=99999999", "ttl=x", "groups=a%20b", "sub=service:x"})
    void nonsenseGetsNoToken(String query) throws Exception {
        assertThat(get("/dev/token?" + query).statusCode()).isEqualTo(400);
    }

    @Test
    void internalPathsAreNotThereWithoutAKey() throws Exception {
        String token = get("/dev/token").body();
        assertThat(get("/internal/config", "Authorization", "Bearer " + token).statusCode())
                .isEqualTo(404);
    }

    private static HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(service.baseUrl() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
