package io.inference.upstream;

import io.inference.upstream.tls.UpstreamTls;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How one server of a backend is reached.
 *
 * @param backend the backend's name, for messages
 * @param url http or https; a path in it is kept, a trailing slash is not
 * @param apiKey sent as a bearer token; null for none
 * @param headers sent with each request
 * @param connectTimeout time limit for a connection
 * @param firstTokenTimeout time limit for a stream's first chunk
 * @param total time limit for a whole answer; null: the call's deadline alone
 * @param tls certificates; null for those that Java trusts, and none of this service's own
 */
public record Connection(
        String backend,
        URI url,
        @Nullable String apiKey,
        Map<String, String> headers,
        Duration connectTimeout,
        Duration firstTokenTimeout,
        @Nullable Duration total,
        @Nullable UpstreamTls tls) {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    public Connection {
        headers = Map.copyOf(headers);
    }

    /** A server in the same network, with no more than a key. */
    public static Connection of(String backend, URI url, @Nullable String apiKey, Duration firstTokenTimeout) {
        return new Connection(backend, url, apiKey, Map.of(), CONNECT_TIMEOUT, firstTokenTimeout, null, null);
    }

    /** Without the key and the headers, which may be secret. */
    @Override
    public String toString() {
        return "Connection[backend=" + backend + ", url=" + url + "]";
    }

    /** The same server with these certificates. */
    public Connection withTls(@Nullable UpstreamTls files) {
        return new Connection(backend, url, apiKey, headers, connectTimeout, firstTokenTimeout, total, files);
    }
}
