package io.inference.security.jwt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Keys from the issuer's JWKS address; where that is not set, from the one that its metadata names (OpenID discovery, RFC 8414). */
public final class HttpKeySource implements KeySource {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int LARGEST = 512 * 1024;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String issuer;
    private final HttpClient client;
    private volatile @Nullable URI jwksUri;

    /** @param jwksUri null to ask the issuer for it, with the first fetch */
    public HttpKeySource(String issuer, @Nullable URI jwksUri) {
        this.issuer = issuer;
        this.jwksUri = jwksUri;
        this.client = HttpClient.newBuilder()
                .connectTimeout(TIMEOUT)
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    @Override
    public JWKSet fetch() throws IOException {
        URI known = jwksUri;
        if (known == null) {
            known = discover();
            jwksUri = known;
        }
        try {
            return JWKSet.parse(get(known)).toPublicJWKSet();
        } catch (ParseException e) {
            throw new IOException(known + " does not answer with a JWK set");
        }
    }

    private URI discover() throws IOException {
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        URI metadata = URI.create(base + "/.well-known/openid-configuration");
        JsonNode told = JSON.readTree(get(metadata));
        if (!told.path("issuer").asText().equals(issuer)) {
            throw new IOException(metadata + " is not of the issuer that AUTH_ISSUER names");
        }
        try {
            URI uri = URI.create(told.path("jwks_uri").asText());
            if ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme())) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Told below, as for any other value that is no address.
        }
        throw new IOException(metadata + " names no jwks_uri");
    }

    private String get(URI uri) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .timeout(TIMEOUT)
                .header("Accept", "application/json")
                .build();
        try {
            HttpResponse<InputStream> answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream in = answer.body()) {
                byte[] body = in.readNBytes(LARGEST + 1);
                if (answer.statusCode() != 200 || body.length > LARGEST) {
                    throw new IOException(uri + " answers " + answer.statusCode() + " with " + body.length + " bytes");
                }
                return new String(body, StandardCharsets.UTF_8);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while asking " + uri, e);
        }
    }
}
