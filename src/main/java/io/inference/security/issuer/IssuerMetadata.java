package io.inference.security.issuer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Metadata of an issuer (OpenID discovery, else RFC 8414): fetched at its first use and again when it is an hour old,
 * at most once in two seconds. While the issuer is unavailable, the last metadata stay valid.
 */
public final class IssuerMetadata {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long FRESH_NANOS = Duration.ofHours(1).toNanos();
    private static final long PAUSE_NANOS = Duration.ofSeconds(2).toNanos();

    private final String issuer;
    private final IssuerClient client;
    private final LongSupplier nanoTime;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile @Nullable Fetched fetched;
    private volatile @Nullable Failed failed;

    private record Fetched(JsonNode document, long nanos) {}

    private record Failed(String reason, long nanos) {}

    public IssuerMetadata(String issuer, IssuerClient client) {
        this(issuer, client, System::nanoTime);
    }

    IssuerMetadata(String issuer, IssuerClient client, LongSupplier nanoTime) {
        this.issuer = issuer;
        this.client = client;
        this.nanoTime = nanoTime;
    }

    /**
     * An address that the metadata names.
     *
     * @param name such as {@code jwks_uri}
     * @throws IOException if there is no such address, or no metadata can be fetched now
     */
    public URI endpoint(String name) throws IOException {
        String text = document().path(name).asText();
        try {
            URI uri = URI.create(text);
            boolean secure = "https".equals(uri.getScheme());
            // An issuer that is reached by TLS must not direct this service, or its callers, to an address without it.
            boolean plain = "http".equals(uri.getScheme()) && !issuer.startsWith("https:");
            if ((secure || plain) && uri.getHost() != null) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Reported below, as for any other value that is not an address.
        }
        throw new IOException("the metadata of " + issuer + " names no " + name + " that can be used");
    }

    private JsonNode document() throws IOException {
        Fetched known = fetched;
        if (known != null && nanoTime.getAsLong() - known.nanos() < FRESH_NANOS) {
            return known.document();
        }
        if (known != null && asking.isLocked()) {
            // Another thread is fetching; the old metadata are used meanwhile.
            return known.document();
        }
        asking.lock();
        try {
            refresh();
            known = fetched;
            if (known == null) {
                Failed why = failed;
                throw new IOException(why == null ? "no metadata" : why.reason());
            }
            return known.document();
        } finally {
            asking.unlock();
        }
    }

    private void refresh() {
        long now = nanoTime.getAsLong();
        Fetched known = fetched;
        Failed before = failed;
        boolean fresh = known != null && now - known.nanos() < FRESH_NANOS;
        if (fresh || before != null && now - before.nanos() < PAUSE_NANOS) {
            return;
        }
        try {
            fetched = new Fetched(fetch(), nanoTime.getAsLong());
            failed = null;
        } catch (IOException e) {
            failed = new Failed(String.valueOf(e.getMessage()), nanoTime.getAsLong());
        }
    }

    private JsonNode fetch() throws IOException {
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        URI openId = URI.create(base + "/.well-known/openid-configuration");
        URI plain = URI.create(base);
        String path = plain.getRawPath() == null ? "" : plain.getRawPath();
        URI oauth = plain.resolve("/.well-known/oauth-authorization-server" + path);
        Optional<String> answer = client.get(openId);
        String text = answer.isPresent()
                ? answer.get()
                : client.get(oauth)
                        .orElseThrow(() -> new IOException("neither " + openId + " nor " + oauth + " is there"));
        JsonNode document;
        try {
            document = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IOException("the metadata of " + issuer + " is no JSON");
        }
        if (!document.path("issuer").asText().equals(issuer)) {
            throw new IOException("the metadata at " + openId + " is not of the issuer that AUTH_ISSUER names");
        }
        return document;
    }
}
