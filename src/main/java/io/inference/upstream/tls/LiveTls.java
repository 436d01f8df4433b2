package io.inference.upstream.tls;

import io.inference.tls.PemFiles;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemContent;
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
            trusted = PemSslStore.of(
                    certificates(paths.getFirst(), contents.texts().getFirst()), null);
        }
        if (files.certificate() != null && files.key() != null) {
            int at = paths.size() - 2;
            List<X509Certificate> chain =
                    certificates(paths.get(at), contents.texts().get(at));
            own = PemSslStore.of(chain, key(paths.get(at + 1), contents.texts().get(at + 1)));
        }
        try {
            SSLContext context =
                    SslBundle.of(new PemSslStoreBundle(own, trusted)).createSslContext();
            return new Secured(context, new DefaultClientTlsStrategy(context));
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(paths + " cannot be used together for TLS", e);
        }
    }

    private static List<X509Certificate> certificates(Path file, @Nullable String pem) {
        return read(file, pem, "certificate", PemContent::getCertificates);
    }

    private static PrivateKey key(Path file, @Nullable String pem) {
        return read(file, pem, "private key (PKCS #8, PKCS #1 or SEC 1, not encrypted)", PemContent::getPrivateKey);
    }

    private interface Reading<T> {
        @Nullable
        T read(PemContent content);
    }

    private static <T> T read(Path file, @Nullable String pem, String what, Reading<T> reading) {
        if (pem == null) {
            throw new IllegalArgumentException("'" + file + "' cannot be read");
        }
        try {
            return Objects.requireNonNull(reading.read(PemContent.of(pem)));
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("'" + file + "' holds no " + what + " that can be read", e);
        }
    }

    @Override
    public void close() {
        watched.close();
    }
}
