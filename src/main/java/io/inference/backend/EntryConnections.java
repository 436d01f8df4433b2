package io.inference.backend;

import io.inference.upstream.Connection;
import io.inference.upstream.tls.UpstreamTls;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Connections to the servers of entries. */
public final class EntryConnections {
    private EntryConnections() {}

    /**
     * The connection to one replica, with the entry's secrets.
     *
     * @throws IllegalArgumentException if a secret is not there; the message says which
     */
    public static Connection of(BackendEntry entry, @Nullable URI url, EntrySecrets secrets) {
        if (url == null) {
            throw new IllegalArgumentException("the entry '" + entry.name() + "' has no address");
        }
        Map<String, String> headers = new HashMap<>();
        entry.headers().forEach((name, value) -> headers.put(name, secrets.value(value)));
        return new Connection(
                entry.name(),
                url,
                secrets.optional(entry.apiKey()),
                headers,
                entry.timeouts().connect(),
                entry.timeouts().firstToken(),
                entry.timeouts().total(),
                tls(entry.tls()));
    }

    private static @Nullable UpstreamTls tls(BackendEntry.@Nullable Tls files) {
        return files == null ? null : new UpstreamTls(files.ca(), files.certificate(), files.key());
    }
}
