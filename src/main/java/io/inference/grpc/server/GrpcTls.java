package io.inference.grpc.server;

import io.grpc.netty.GrpcSslContexts;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.AdvancedTlsX509TrustManager.Verification;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The server's certificate, and whose certificates callers need. Renewed files are taken on while the server runs. */
final class GrpcTls implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(GrpcTls.class);

    private final GrpcSettings.Tls files;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("grpc-certificates").daemon().factory());
    private final SslContext context;

    /** @throws UnusableFileException where a file cannot be read or does not hold what it should */
    GrpcTls(GrpcSettings.Tls files) {
        this.files = files;
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(identity());
            if (files.clientAuthority() != null) {
                builder.trustManager(authority(files.clientAuthority())).clientAuth(ClientAuth.REQUIRE);
            }
            context = GrpcSslContexts.configure(builder, SslProvider.JDK).build();
        } catch (IOException e) {
            timer.shutdownNow();
            throw new IllegalStateException(e);
        } catch (RuntimeException e) {
            timer.shutdownNow();
            throw e;
        }
    }

    /** A file in PEM that is of no use. */
    static final class UnusableFileException extends RuntimeException {
        UnusableFileException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    SslContext context() {
        return context;
    }

    private AdvancedTlsX509KeyManager identity() {
        var keys = new AdvancedTlsX509KeyManager();
        var renewal = new Renewal(
                List.of(files.certificates(), files.key()),
                () -> keys.updateIdentityCredentials(
                        files.certificates().toFile(), files.key().toFile()));
        begin(
                renewal,
                "GRPC_CERT_FILE and GRPC_KEY_FILE: " + files.certificates() + " and " + files.key()
                        + " cannot be read as PEM (PKCS #8)");
        return keys;
    }

    private AdvancedTlsX509TrustManager authority(Path file) {
        try {
            var trust = AdvancedTlsX509TrustManager.newBuilder()
                    .setVerification(Verification.CERTIFICATE_ONLY_VERIFICATION)
                    .build();
            var renewal = new Renewal(List.of(file), () -> trust.updateTrustCredentials(file.toFile()));
            begin(renewal, "GRPC_CLIENT_CA_FILE: " + file + " cannot be read as PEM");
            return trust;
        } catch (CertificateException e) {
            throw new IllegalStateException("a trust manager without certificates can always be made", e);
        }
    }

    private void begin(Renewal renewal, String fault) {
        try {
            renewal.read();
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new UnusableFileException(fault, e);
        }
        long millis = files.reloadInterval().toMillis();
        var ignored = timer.scheduleWithFixedDelay(renewal::look, millis, millis, TimeUnit.MILLISECONDS);
    }

    /** Files that are read again once they have changed. What cannot be read then changes nothing, and is tried again. */
    private static final class Renewal {
        private final List<Path> files;
        private final Reading reading;
        private List<FileTime> times = List.of();

        private interface Reading {
            void read() throws IOException, GeneralSecurityException;
        }

        private Renewal(List<Path> files, Reading reading) {
            this.files = files;
            this.reading = reading;
        }

        private void read() throws IOException, GeneralSecurityException {
            List<FileTime> now = new ArrayList<>();
            for (Path file : files) {
                now.add(Files.getLastModifiedTime(file));
            }
            if (!now.equals(times)) {
                reading.read();
                times = now;
            }
        }

        private void look() {
            try {
                read();
            } catch (IOException | GeneralSecurityException | RuntimeException e) {
                log.warn("{} cannot be read; what was read before is kept: {}", files, e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
