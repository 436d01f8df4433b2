package io.inference.security;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The authorization code flow as OAuth 2.1 requires it of a public client: no token without the verifier of the code's
 * challenge.
 */
final class TestAuthorization {
    private static final List<String> PAGES = List.of("/docs/oauth2-redirect.html", "/console");

    private final Supplier<String> tokens;
    private volatile boolean denying;
    private final Map<String, Map<String, String>> codes = new ConcurrentHashMap<>();

    TestAuthorization(Supplier<String> tokens) {
        this.tokens = tokens;
    }

    void setDenying(boolean denying) {
        this.denying = denying;
    }

    /** Every user is alice and consents to everything, or to nothing. */
    void authorize(HttpExchange exchange) throws IOException {
        Map<String, String> asked = parameters(exchange.getRequestURI().getRawQuery());
        boolean sound = "code".equals(asked.get("response_type"))
                && TestIssuer.CLIENT_ID.equals(asked.get("client_id"))
                && TestIssuer.AUDIENCE.equals(asked.get("audience"))
                && "S256".equals(asked.get("code_challenge_method"))
                && PAGES.stream().anyMatch(asked.get("redirect_uri")::endsWith);
        if (!sound) {
            TestIssuer.send(exchange, 400, "{\"error\":\"invalid_request\"}");
            return;
        }
        String code = UUID.randomUUID().toString();
        codes.put(code, asked);
        String state = URLEncoder.encode(asked.get("state"), StandardCharsets.UTF_8);
        String answer = denying ? "?error=access_denied&error_description=alice+said+no" : "?code=" + code;
        exchange.getResponseHeaders().set("Location", asked.get("redirect_uri") + answer + "&state=" + state);
        TestIssuer.send(exchange, 302, "");
    }

    void token(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Access-Control-Allow-Origin", "*");
        exchange.getResponseHeaders().set("Access-Control-Allow-Headers", "*, Authorization, X-Requested-With");
        if (exchange.getRequestMethod().equals("OPTIONS")) {
            TestIssuer.send(exchange, 200, "");
            return;
        }
        Map<String, String> form = form(exchange);
        Map<String, String> asked = codes.remove(form.getOrDefault("code", ""));
        boolean holds = asked != null
                && form.get("client_id").equals(asked.get("client_id"))
                && form.get("redirect_uri").equals(asked.get("redirect_uri"))
                && challenge(form.getOrDefault("code_verifier", "")).equals(asked.get("code_challenge"));
        TestIssuer.send(
                exchange,
                holds ? 200 : 400,
                holds
                        ? "{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":\"" + tokens.get() + "\"}"
                        : "{\"error\":\"invalid_grant\"}");
    }

    static Map<String, String> form(HttpExchange exchange) throws IOException {
        return parameters(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    }

    private static Map<String, String> parameters(String text) {
        Map<String, String> parameters = new HashMap<>();
        for (String pair : text.split("&")) {
            String[] parts = pair.split("=", 2);
            parameters.put(
                    URLDecoder.decode(parts[0], StandardCharsets.UTF_8),
                    parts.length == 1 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return parameters;
    }

    private static String challenge(String verifier) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
