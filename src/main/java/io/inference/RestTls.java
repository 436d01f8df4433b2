package io.inference;

import io.inference.config.Settings;
import io.inference.config.SettingsException;
import io.inference.http.tls.LiveCertificate;
import io.inference.http.tls.TlsFiles;
import io.inference.http.tls.UnusableTlsFilesException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.ssl.SslBundleRegistrar;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/** TLS at the REST door, where its files are set. The management port stays plain: probes and metrics, within the cluster. */
@Component
final class RestTls
        implements SslBundleRegistrar, WebServerFactoryCustomizer<TomcatServletWebServerFactory>, AutoCloseable {
    private final @Nullable LiveCertificate certificate;

    RestTls(Settings settings) {
        Optional<String> key = settings.optionalText("tls-key-file");
        this.certificate = settings.optionalText("tls-cert-file")
                .map(cert -> load(new TlsFiles(Path.of(cert), Path.of(key.orElseThrow()))))
                .orElse(null);
    }

    private static LiveCertificate load(TlsFiles files) {
        try {
            return LiveCertificate.load(files);
        } catch (UnusableTlsFilesException e) {
            throw new SettingsException(e.faults());
        }
    }

    @Override
    public void registerBundles(SslBundleRegistry registry) {
        if (certificate != null) {
            certificate.serve(registry);
        }
    }

    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        if (certificate != null) {
            factory.setSsl(Ssl.forBundle(LiveCertificate.BUNDLE));
        }
    }

    @Override
    public void close() {
        if (certificate != null) {
            certificate.close();
        }
    }
}
