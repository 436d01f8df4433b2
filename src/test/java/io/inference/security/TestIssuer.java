package io.inference.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/**
 * An issuer on a socket: metadata, keys that can be changed, introspection, sign-in by authorization code, and a switch
 * that makes it fail.
 */
public final class TestIssuer implements AutoCloseable {
    public static final String AUDIENCE = "inference";
    public static final String CLIENT_ID = "inference service";
    public static final String CLIENT_SECRET = "s3cret: of the client";

    private final HttpServer server;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger introspections = new AtomicInteger();
    private final Map<String, String> opaque = new ConcurrentHashMap<>();
    private final TestAuthorization authorization = new TestAuthorization(this::token);
    private volatile RSAKey key = newKey("first");
    private volatile List<? extends JWK> published = List.of(key);
    private volatile String document = "";
    private volatile boolean down;

    public TestIssuer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        requests.incrementAndGet();
        String path = exchange.getRequestURI().getPath();
        if (down) {
            send(exchange, 500, "");
        } else if (path.equals("/introspect")) {
            introspect(exchange);
        } else if (path.equals("/authorize")) {
            authorization.authorize(exchange);
        } else if (path.equals("/token")) {
            authorization.token(exchange);
        } else {
            String body = switch (path) {
                case "/.well-known/openid-configuration" -> metadata();
                case "/keys" -> document.isEmpty() ? new JWKSet(List.copyOf(published)).toString(true) : document;
                default -> "";
            };
            send(exchange, body.isEmpty() ? 404 : 200, body);
        }
    }

    private String metadata() {
        return """
                {"issuer":"%1$s","jwks_uri":"%1$s/keys","introspection_endpoint":"%1$s/introspect",
                "authorization_endpoint":"%1$s/authorize","token_endpoint":"%1$s/token"}""".formatted(url());
    }

    /** Answers only its client, about issued tokens; any other token is not active. */
    private void introspect(HttpExchange exchange) throws IOException {
        introspections.incrementAndGet();
        String credentials = URLEncoder.encode(CLIENT_ID, StandardCharsets.UTF_8) + ":"
                + URLEncoder.encode(CLIENT_SECRET, StandardCharsets.UTF_8);
        String expected = "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
        String token = TestAuthorization.form(exchange).get("token");
        boolean known = expected.equals(exchange.getRequestHeaders().getFirst("Authorization"));
        send(exchange, known ? 200 : 401, known ? opaque.getOrDefault(token, "{\"active\":false}") : "{}");
    }

    static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    public String url() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /** Number of requests since the start. */
    public int requests() {
        return requests.get();
    }

    /** Number of introspections of a token. */
    public int introspections() {
        return introspections.get();
    }

    public void setDown(boolean down) {
        this.down = down;
    }

    /** From now on every user refuses to sign in. */
    public void setDenying(boolean denying) {
        authorization.setDenying(denying);
    }

    public RSAKey key() {
        return key;
    }

    /** Signs with a new key from now on; the one before is still published if both are to be valid. */
    public void rotate(String keyId, boolean keepOld) {
        RSAKey next = newKey(keyId);
        published = keepOld ? List.of(key, next) : List.of(next);
        key = next;
    }

    /** Publishes a key beside its own. */
    public void publish(JWK other) {
        published = List.of(key, other);
    }

    /** Publishes a text in place of its keys; an empty one for its keys again. */
    public void publishDocument(String text) {
        document = text;
    }

    /** An opaque token; its introspection returns these claims. */
    public String opaqueToken(UnaryOperator<JWTClaimsSet.Builder> change) {
        String token = "opaque." + UUID.randomUUID();
        String told = change.apply(claims().claim("active", true)).build().toString();
        opaque.put(token, told);
        return token;
    }

    /** From now on it is not active. */
    public void revoke(String opaqueToken) {
        opaque.remove(opaqueToken);
    }

    /** Valid claims: alice, for an hour. */
    public JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer(url())
                .audience(AUDIENCE)
                .subject("alice")
                .claim("groups", List.of("staff"))
                .expirationTime(Date.from(Instant.now().plusSeconds(3600)));
    }

    public String token() {
        return token(claims -> claims);
    }

    public String token(UnaryOperator<JWTClaimsSet.Builder> change) {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(JOSEObjectType.JWT)
                .keyID(key.getKeyID())
                .build();
        return sign(header, change.apply(claims()).build(), key);
    }

    /** Signed by its key, but with the key id of another. */
    public String tokenUnder(String keyId) {
        return sign(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(keyId).build(), claims().build(), key);
    }

    public static String sign(JWSHeader header, JWTClaimsSet claims, RSAKey key) {
        try {
            SignedJWT token = new SignedJWT(header, claims);
            token.sign(new RSASSASigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    public static RSAKey newKey(String keyId) {
        try {
            return new RSAKeyGenerator(2048)
                    .keyID(keyId)
                    .keyUse(KeyUse.SIGNATURE)
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
