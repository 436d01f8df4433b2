package io.inference.upstream.tls;

import io.inference.tls.PemFiles;
import io.inference.tls.PemParts;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStore;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;

/**
 * Secures connections to a server with what its PEM files hold now: renewed files serve new connections, and files that
 * cannot be used change nothing. The server's name is verified.
 */
public final class LiveTls implements TlsSocketStrategy, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LiveTls.class);
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final UpstreamTls files;
    private final PemFiles watched;
    private volatile Secured current;

    /** What the files held when they were read last. */
    private record Secured(SSLContext context, TlsSocketStrategy strategy) {}

    /**
     * @param backend the backend's name, for the log
     * @param onRenewal runs after renewed files are in use
     * @throws IllegalArgumentException if the files cannot be used; the message says which and why
     */
    public LiveTls(String backend, UpstreamTls files, Runnable onRenewal) {
        this(backend, files, onRenewal, INTERVAL);
    }

    /** @param interval between two looks at the files */
    LiveTls(String backend, UpstreamTls files, Runnable onRenewal, Duration interval) {
        this.files = files;
        PemFiles.Contents contents = PemFiles.read(files.files());
        this.current = secured(contents);
        this.watched = new PemFiles("tls-" + backend, files.files(), contents);
        watched.watch(
                interval,
                renewed -> {
                    current = secured(renewed);
                    onRenewal.run();
                    log.info("backend {}: TLS goes on with renewed files", backend);
                },
                failure -> log.warn(
                        "backend {}: TLS stays with the files as they were: {}", backend, failure.getMessage()));
    }

    @Override
    public SSLSocket upgrade(
            Socket socket, String target, int port, @Nullable Object attachment, @Nullable HttpContext context)
            throws IOException {
        return current.strategy().upgrade(socket, target, port, attachment, context);
    }

    /** For clients that make connections of their own; a renewal makes another one. */
    public SSLContext context() {
        return current.context();
    }

    private Secured secured(PemFiles.Contents contents) {
        List<Path> paths = files.files();
        PemSslStore trusted = null;
        PemSslStore own = null;
        if (files.authority() != null) {
            PemParts.Chain authority = PemParts.chain(contents.texts().getFirst());
            require(paths.getFirst(), authority.fault());
            trusted = PemSslStore.of(authority.certificates(), null);
        }
        if (files.certificate() != null && files.key() != null) {
            int at = paths.size() - 2;
            PemParts.Chain chain = PemParts.chain(contents.texts().get(at));
            require(paths.get(at), chain.fault());
            PemParts.Key key = PemParts.key(contents.texts().get(at + 1));
            require(paths.get(at + 1), key.fault());
            if (!PemParts.belongTogether(chain, key)) {
                throw new IllegalArgumentException("'" + paths.get(at + 1)
                        + "', which is not the key of the certificate in '" + paths.get(at) + "'");
            }
            own = PemSslStore.of(chain.certificates(), key.key());
        }
        try {
            SSLContext context =
                    SslBundle.of(new PemSslStoreBundle(own, trusted)).createSslContext();
            return new Secured(context, new DefaultClientTlsStrategy(context));
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(paths + " cannot be used together for TLS", e);
        }
    }

    private static void require(Path file, @Nullable String fault) {
        if (fault != null) {
            throw new IllegalArgumentException("'" + file + "', " + fault);
        }
    }

    @Override
    public void close() {
        watched.close();
    }
}
