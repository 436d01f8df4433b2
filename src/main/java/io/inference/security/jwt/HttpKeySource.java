package io.inference.security.jwt;

import com.nimbusds.jose.jwk.JWKSet;
import io.inference.security.issuer.IssuerClient;
import io.inference.security.issuer.IssuerMetadata;
import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keys from the issuer's JWKS address; if that is not set, from the one that its metadata name. */
public final class HttpKeySource implements KeySource {
    private static final Logger log = LoggerFactory.getLogger(HttpKeySource.class);

    private final IssuerClient client;
    private final IssuerMetadata metadata;
    private final @Nullable URI jwksUri;
    private volatile int passedOver;

    /** @param jwksUri null to take it from the issuer's metadata, at the first fetch */
    public HttpKeySource(IssuerClient client, IssuerMetadata metadata, @Nullable URI jwksUri) {
        this.client = client;
        this.metadata = metadata;
        this.jwksUri = jwksUri;
    }

    @Override
    public JWKSet fetch() throws IOException {
        URI address = jwksUri == null ? metadata.endpoint("jwks_uri") : jwksUri;
        String text = client.get(address).orElseThrow(() -> new IOException(address + " answers 404"));
        KeySetParser.Parsed parsed;
        try {
            parsed = KeySetParser.parse(text);
        } catch (ParseException e) {
            throw new IOException(address + " does not answer with a JWK set");
        }
        if (parsed.passedOver() != passedOver) {
            passedOver = parsed.passedOver();
            log.info(
                    "of the keys at {} {} can be used for signatures, {} are skipped",
                    address,
                    parsed.keys().size(),
                    passedOver);
        }
        return parsed.keys();
    }
}
