package io.inference.backend;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;

/**
 * The servers behind a Service of Kubernetes, which an entry names as {@code kubernetes://service:port/path}: the ones
 * that are ready now. Thread-safe.
 */
public interface ServiceAddresses {
    /** Where no cluster is watched. */
    ServiceAddresses NONE = new ServiceAddresses() {
        @Override
        public List<URI> of(URI service, boolean tls) {
            throw new IllegalArgumentException("'" + service + "' needs a cluster (KUBERNETES_ENABLED)");
        }

        @Override
        public void onChange(Runnable task) {}
    };

    /** Scheme of the addresses of Services. */
    String SCHEME = "kubernetes";

    /** Description of such an address. */
    String ACCEPTS = "kubernetes://service:port or kubernetes://service:port/path";

    /**
     * The addresses, in a stable order; none while no server is ready.
     *
     * @param tls whether they are to begin with {@code https}
     * @throws IllegalArgumentException if no cluster is watched
     */
    List<URI> of(URI service, boolean tls);

    /** Sets a task to run after each change. */
    void onChange(Runnable task);

    static boolean isService(URI url) {
        return SCHEME.equals(url.getScheme());
    }

    /**
     * Reads the address of a Service.
     *
     * @throws IllegalArgumentException if it is none
     */
    static URI parse(String text) {
        try {
            URI uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
            if (!isService(uri)
                    || uri.getHost() == null
                    || uri.getPort() < 1
                    || uri.getQuery() != null
                    || uri.getUserInfo() != null) {
                throw new IllegalArgumentException(text);
            }
            return uri;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
