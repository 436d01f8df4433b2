package io.inference.http.tls;

import io.inference.config.SettingsException;
import io.inference.http.HttpSettings;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.ssl.SslBundleRegistrar;
import org.springframework.boot.ssl.SslBundleRegistry;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.Ssl;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/**
 * TLS at the REST door, if its files are set. The management port stays plain HTTP: probes and metrics, within the
 * cluster.
 */
@Component
final class RestTls
        implements SslBundleRegistrar, WebServerFactoryCustomizer<TomcatServletWebServerFactory>, AutoCloseable {
    private final @Nullable LiveCertificate certificate;

    RestTls(HttpSettings settings) {
        HttpSettings.Tls files = settings.tls();
        this.certificate = files == null ? null : load(new TlsFiles(files.certificates(), files.key()));
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
