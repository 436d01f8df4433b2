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
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The server's certificate, and whose certificates callers need. Renewed files are taken on while the server runs. */
final class GrpcTls implements Closeable {
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
            context =
                    GrpcSslContexts.configure(builder, SslProvider.JDK).build();
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
        UnusableFileException(String message) {
            super(message);
        }
    }

    SslContext context() {
        return context;
    }

    private AdvancedTlsX509KeyManager identity() {
        var keys = new AdvancedTlsX509KeyManager();
        try {
            Closeable ignored = keys.updateIdentityCredentials(
                    files.certificates().toFile(),
                    files.key().toFile(),
                    files.reloadInterval().toMillis(),
                    TimeUnit.MILLISECONDS,
                    timer);
            return keys;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw unusable(
                    "GRPC_CERT_FILE and GRPC_KEY_FILE", files.certificates() + " and " + files.key(), "PEM (PKCS #8)");
        }
    }

    private AdvancedTlsX509TrustManager authority(Path file) {
        try {
            var trust = AdvancedTlsX509TrustManager.newBuilder()
                    .setVerification(Verification.CERTIFICATE_ONLY_VERIFICATION)
                    .build();
            Closeable ignored = trust.updateTrustCredentials(
                    file.toFile(), files.reloadInterval().toMillis(), TimeUnit.MILLISECONDS, timer);
            return trust;
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw unusable("GRPC_CLIENT_CA_FILE", file.toString(), "PEM");
        }
    }

    private static UnusableFileException unusable(String variable, String files, String format) {
        return new UnusableFileException(variable + ": " + files + " cannot be read as " + format);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
