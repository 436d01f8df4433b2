package io.inference.http.tls;

import io.inference.tls.PemFiles;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.SslBundleRegistry;

/** The certificate of the REST door, reloaded when its files change. Unusable files only cause a log line. */
final class LiveCertificate implements AutoCloseable {
    /** Name of the SSL bundle that the web server uses. */
    public static final String BUNDLE = "rest";

    private static final Logger log = LoggerFactory.getLogger(LiveCertificate.class);
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final TlsFiles files;
    private final PemFiles watched;
    private volatile ServerIdentity current;

    private LiveCertificate(TlsFiles files, ServerIdentity first, PemFiles watched) {
        this.files = files;
        this.current = first;
        this.watched = watched;
    }

    /** @throws UnusableTlsFilesException if they are not a certificate with its key */
    public static LiveCertificate load(TlsFiles files) throws UnusableTlsFilesException {
        PemFiles.Contents contents = files.read();
        ServerIdentity first = files.parse(contents);
        log.info("TLS with the certificate of {}", first.described());
        return new LiveCertificate(files, first, new PemFiles("tls-files", files.list(), contents));
    }

    /** Gives the certificate to the web server, now and after every renewal. */
    public void serve(SslBundleRegistry registry) {
        registry.registerBundle(BUNDLE, current.bundle());
        watched.watch(INTERVAL, contents -> renew(contents, registry), this::keep);
    }

    private void renew(PemFiles.Contents contents, SslBundleRegistry registry) throws UnusableTlsFilesException {
        ServerIdentity renewed = files.parse(contents);
        registry.updateBundle(BUNDLE, renewed.bundle());
        current = renewed;
        log.info("TLS goes on with the renewed certificate of {}", renewed.described());
    }

    private void keep(Exception failure) {
        String reason = failure instanceof UnusableTlsFilesException unusable
                ? String.join("; ", unusable.faults())
                : "the web server does not take it: " + failure.getMessage();
        log.warn("TLS stays with the certificate of {}: {}", current.described(), reason);
    }

    @Override
    public void close() {
        watched.close();
    }
}
