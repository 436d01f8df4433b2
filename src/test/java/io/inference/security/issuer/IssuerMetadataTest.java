package io.inference.security.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.inference.MovedClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IssuerMetadataTest {
    private static final String OPENID = "/realm/.well-known/openid-configuration";

    private final Map<String, String> pages = new ConcurrentHashMap<>();
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private final MovedClock clock = new MovedClock();
    private HttpServer server;
    private String issuer;
    private IssuerMetadata metadata;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            asked.add(path);
            byte[] page = pages.getOrDefault(path, "").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(page.length == 0 ? 404 : 200, page.length == 0 ? -1 : page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        server.start();
        issuer = "http://localhost:" + server.getAddress().getPort() + "/realm";
        metadata = new IssuerMetadata(issuer, new IssuerClient(), clock::nanos);
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void anAddressIsAskedForOnceAnHour() throws Exception {
        pages.put(OPENID, document(issuer, "http://keys.example/k"));
        assertThat(metadata.endpoint("jwks_uri")).isEqualTo(URI.create("http://keys.example/k"));
        clock.advance(Duration.ofMinutes(59));
        assertThat(metadata.endpoint("jwks_uri")).isNotNull();
        assertThat(asked).containsExactly(OPENID);
        clock.advance(Duration.ofMinutes(2));
        pages.put(OPENID, document(issuer, "http://keys.example/other"));
        assertThat(metadata.endpoint("jwks_uri")).hasPath("/other");
    }

    @Test
    void anIssuerWithoutOpenIdIsFoundByItsOAuthMetadata() throws Exception {
        pages.put("/.well-known/oauth-authorization-server/realm", document(issuer, "http://keys.example/k"));
        assertThat(metadata.endpoint("jwks_uri")).hasHost("keys.example");
    }

    @Test
    void whatItSaidLastHoldsWhileItCannotBeAsked() throws Exception {
        pages.put(OPENID, document(issuer, "http://keys.example/k"));
        assertThat(metadata.endpoint("jwks_uri")).isNotNull();
        server.stop(0);
        clock.advance(Duration.ofHours(2));
        assertThat(metadata.endpoint("jwks_uri")).hasHost("keys.example");
    }

    @Test
    void aFailureIsNotTriedAgainForTwoSeconds() throws Exception {
        for (int i = 0; i < 100; i++) {
            refused("jwks_uri");
        }
        assertThat(asked).hasSize(2);
        pages.put(OPENID, document(issuer, "http://keys.example/k"));
        refused("jwks_uri");
        clock.advance(Duration.ofSeconds(3));
        assertThat(metadata.endpoint("jwks_uri")).isNotNull();
    }

    @Test
    void anotherIssuersMetadataAndUselessAddressesAreRefused() {
        for (String wrong : List.of(
                document("https://evil.example", "http://keys.example/k"),
                document(issuer + "/", "http://keys.example/k"),
                document(issuer, "file:///etc/passwd"),
                document(issuer, "/keys"),
                document(issuer, "not an address"),
                "[]",
                "{")) {
            pages.put(OPENID, wrong);
            clock.advance(Duration.ofHours(2));
            IssuerMetadata anew = new IssuerMetadata(issuer, new IssuerClient(), clock::nanos);
            assertThatThrownBy(() -> anew.endpoint("jwks_uri")).as(wrong).isInstanceOf(IOException.class);
        }
    }

    private void refused(String name) {
        assertThatThrownBy(() -> metadata.endpoint(name)).isInstanceOf(IOException.class);
    }

    private static String document(String issuer, String jwksUri) {
        return "{\"issuer\":\"" + issuer + "\",\"jwks_uri\":\"" + jwksUri + "\"}";
    }
}
