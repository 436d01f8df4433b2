package io.inference.grpc.server;

import io.grpc.netty.GrpcSslContexts;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.grpc.util.AdvancedTlsX509TrustManager.Verification;
import io.inference.tls.PemFiles;
import io.inference.tls.PemParts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
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
        begin(List.of(files.certificates(), files.key()), texts -> {
            PemParts.Chain chain = PemParts.chain(texts.getFirst());
            require("GRPC_CERT_FILE", files.certificates(), chain.fault());
            PemParts.Key key = PemParts.key(texts.getLast());
            require("GRPC_KEY_FILE", files.key(), key.fault());
            if (!PemParts.belongTogether(chain, key)) {
                require(
                        "GRPC_KEY_FILE",
                        files.key(),
                        "which is not the key of the first certificate in GRPC_CERT_FILE");
            }
            keys.updateIdentityCredentials(
                    chain.certificates().toArray(X509Certificate[]::new), Objects.requireNonNull(key.key()));
        });
        return keys;
    }

    private AdvancedTlsX509TrustManager authority(Path file) {
        try {
            var trust = AdvancedTlsX509TrustManager.newBuilder()
                    .setVerification(Verification.CERTIFICATE_ONLY_VERIFICATION)
                    .build();
            begin(List.of(file), texts -> {
                PemParts.Chain chain = PemParts.chain(texts.getFirst());
                require("GRPC_CLIENT_CA_FILE", file, chain.fault());
                trust.updateTrustCredentials(chain.certificates().toArray(X509Certificate[]::new));
            });
            return trust;
        } catch (CertificateException e) {
            throw new IllegalStateException("a trust manager without certificates can always be made", e);
        }
    }

    private static void require(String setting, Path file, @Nullable String fault) throws IOException {
        if (fault != null) {
            throw new IOException(setting + " names '" + file + "', " + fault);
        }
    }

    private interface Reading {
        void read(List<@Nullable String> texts) throws IOException, GeneralSecurityException;
    }

    private void begin(List<Path> pem, Reading reading) {
        PemFiles.Contents contents = PemFiles.read(pem);
        try {
            reading.read(contents.texts());
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw new UnusableFileException(String.valueOf(e.getMessage()), e);
        }
        PemFiles renewed = new PemFiles("grpc-certificates", pem, contents);
        watched.add(renewed);
        renewed.watch(
                files.reloadInterval(),
                settled -> reading.read(settled.texts()),
                e -> log.warn("TLS of gRPC stays with the files as they were: {}", e.getMessage()));
    }

    @Override
    public void close() {
        watched.forEach(PemFiles::close);
    }
}
