package io.inference.grpc.server;

import io.grpc.netty.GrpcSslContexts;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.AdvancedTlsX509TrustManager.Verification;
import io.inference.tls.PemFiles;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's certificate and the authority of client certificates. Renewed files are loaded while the server runs.
 */
final class GrpcTls implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(GrpcTls.class);

    private final GrpcSettings.Tls files;
    private final List<PemFiles> watched = new ArrayList<>();
    private final SslContext context;

    /** @throws UnusableFileException if a file cannot be read or has unexpected content */
    GrpcTls(GrpcSettings.Tls files) {
        this.files = files;
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(identity());
            if (files.clientAuthority() != null) {
                builder.trustManager(authority(files.clientAuthority())).clientAuth(ClientAuth.REQUIRE);
            }
            context = GrpcSslContexts.configure(builder, SslProvider.JDK).build();
        } catch (IOException e) {
            close();
            throw new IllegalStateException(e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** A PEM file that cannot be used. */
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
        begin(
                List.of(files.certificates(), files.key()),
                () -> keys.updateIdentityCredentials(
                        files.certificates().toFile(), files.key().toFile()),
                "GRPC_CERT_FILE and GRPC_KEY_FILE: " + files.certificates() + " and " + files.key()
                        + " cannot be read as PEM (PKCS #8)");
        return keys;
    }

    private AdvancedTlsX509TrustManager authority(Path file) {
        try {
            var trust = AdvancedTlsX509TrustManager.newBuilder()
                    .setVerification(Verification.CERTIFICATE_ONLY_VERIFICATION)
                    .build();
            begin(
                    List.of(file),
                    () -> trust.updateTrustCredentials(file.toFile()),
                    "GRPC_CLIENT_CA_FILE: " + file + " cannot be read as PEM");
            return trust;
        } catch (CertificateException e) {
            throw new IllegalStateException("a trust manager without certificates can always be made", e);
        }
    }

    private interface Reading {
        void read() throws IOException, GeneralSecurityException;
    }

    private void begin(List<Path> pem, Reading reading, String fault) {
        PemFiles.Contents contents = PemFiles.read(pem);
        try {
            reading.read();
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new UnusableFileException(fault, e);
        }
        PemFiles renewed = new PemFiles("grpc-certificates", pem, contents);
        watched.add(renewed);
        renewed.watch(
                files.reloadInterval(),
                settled -> reading.read(),
                e -> log.warn("{} cannot be read; what was read before is kept: {}", pem, e.getMessage()));
    }

    @Override
    public void close() {
        watched.forEach(PemFiles::close);
    }
}
