package io.inference.backend;

import io.inference.backend.workflow.Workflows;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One backend, as an operator configures it. It holds no secret, only where secrets are found.
 *
 * @param name of letters, digits and hyphens; routes, logs and metrics use it
 * @param urls its replicas, which have the same models, or Services of Kubernetes ({@link ServiceAddresses}); empty for
 *     the local kind
 * @param apiKey null for none
 * @param headers sent with each request
 * @param maxConcurrent calls in progress at one time, over all replicas; null for no limit
 * @param priority the lower, the earlier it is tried
 * @param weight its share of the requests among entries of one priority; null: it takes its turn in the file's order
 * @param lacks what it cannot do, such as {@code tools}
 * @param parameters values for parameters of the route template {@code call-backend}
 * @param workflows of the kind {@code comfyui}; null for those that it has built in
 */
public record BackendEntry(
        String name,
        BackendKind kind,
        List<URI> urls,
        @Nullable EntryValue apiKey,
        EntryModels models,
        Map<String, EntryValue> headers,
        Timeouts timeouts,
        @Nullable Integer maxConcurrent,
        int priority,
        @Nullable Integer weight,
        Set<String> lacks,
        Health health,
        @Nullable Tls tls,
        Map<String, String> parameters,
        @Nullable Workflows workflows) {
    /** Priority of an entry that names none. */
    public static final int DEFAULT_PRIORITY = 100;

    public BackendEntry {
        urls = List.copyOf(urls);
        headers = Collections.unmodifiableMap(new TreeMap<>(headers));
        lacks = Collections.unmodifiableSet(new TreeSet<>(lacks));
        parameters = Collections.unmodifiableMap(new TreeMap<>(parameters));
    }

    /**
     * Time limits.
     *
     * @param connect for a connection
     * @param firstToken for a stream's first chunk
     * @param total for a whole answer, or a stream's last chunk; null: the caller's deadline alone
     * @param idle between two chunks of a stream; null for none
     */
    public record Timeouts(
            Duration connect,
            Duration firstToken,
            @Nullable Duration total,
            @Nullable Duration idle) {
        /** For connections to servers in the same network. */
        public static final Duration CONNECT = Duration.ofSeconds(2);

        /** The defaults. */
        public static Timeouts of(Duration firstToken) {
            return new Timeouts(CONNECT, firstToken, null, null);
        }
    }

    /**
     * How it is found out whether a backend is available.
     *
     * @param path asked with GET, where 2xx means available; null: its list of models
     * @param every time between two checks
     */
    public record Health(@Nullable String path, Duration every) {
        /** The list of models, twice a minute. */
        public static final Health DEFAULT = new Health(null, Duration.ofSeconds(30));
    }

    /**
     * Files in PEM.
     *
     * @param ca authorities that sign the server's certificate; null: those of the JVM
     * @param certificate of this client, with its key; null for none
     */
    public record Tls(
            @Nullable Path ca,
            @Nullable Path certificate,
            @Nullable Path key) {}

    /** An entry that names its servers and nothing else. */
    public static BackendEntry of(String name, BackendKind kind, List<URI> urls, Duration firstToken) {
        return new BackendEntry(
                name,
                kind,
                urls,
                null,
                EntryModels.ALL,
                Map.of(),
                Timeouts.of(firstToken),
                null,
                DEFAULT_PRIORITY,
                null,
                Set.of(),
                Health.DEFAULT,
                null,
                Map.of(),
                null);
    }

    /** Whether its servers are found, at least some, and can change. */
    public boolean isDiscovered() {
        return urls.stream().anyMatch(ServiceAddresses::isService);
    }

    /** The same entry with a key. */
    public BackendEntry withApiKey(EntryValue key) {
        return new BackendEntry(
                name,
                kind,
                urls,
                key,
                models,
                headers,
                timeouts,
                maxConcurrent,
                priority,
                weight,
                lacks,
                health,
                tls,
                parameters,
                workflows);
    }
}
