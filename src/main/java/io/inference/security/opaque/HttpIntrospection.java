package io.inference.security.opaque;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.security.issuer.IssuerClient;
import io.inference.security.issuer.IssuerMetadata;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/** Introspects at the endpoint that the issuer's metadata name, as a client with a secret. */
public final class HttpIntrospection implements Introspection {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

    private final IssuerClient client;
    private final IssuerMetadata metadata;
    private final String authorization;

    public HttpIntrospection(IssuerClient client, IssuerMetadata metadata, String clientId, String clientSecret) {
        this.client = client;
        this.metadata = metadata;
        // Each part is form-encoded before they are joined: RFC 6749, 2.3.1.
        String credentials = encoded(clientId) + ":" + encoded(clientSecret);
        this.authorization =
                "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public Map<String, Object> ask(String token) throws IOException {
        URI endpoint = metadata.endpoint("introspection_endpoint");
        String answer =
                client.post(endpoint, "token=" + encoded(token) + "&token_type_hint=access_token", authorization);
        try {
            Map<String, Object> members = JSON.readValue(answer, OBJECT);
            if (members != null && members.get("active") instanceof Boolean) {
                return members;
            }
        } catch (JsonProcessingException e) {
            // Reported below; Jackson's message would quote the answer.
        }
        throw new IOException(endpoint + " does not answer with an introspection");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
