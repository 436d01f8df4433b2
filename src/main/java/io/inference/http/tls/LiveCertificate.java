package io.inference.http.tls;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.SslBundleRegistry;

/**
 * The certificate of the REST door, renewed when its files are. The contents are compared every two seconds, and judged once they stay
 * the same for two looks, since a certificate and its key may be written one after the other. Contents that cannot be used change
 * nothing but a line in the log, one for each such contents.
 */
final class LiveCertificate implements AutoCloseable {
    /** Name of the bundle that the web server uses. */
    public static final String BUNDLE = "rest";

    private static final Logger log = LoggerFactory.getLogger(LiveCertificate.class);
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final TlsFiles files;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("tls-files").daemon().factory());
    private ServerIdentity current;
    private String judged;
    private String seen;

    private LiveCertificate(TlsFiles files, ServerIdentity first, String digest) {
        this.files = files;
        this.current = first;
        this.judged = digest;
        this.seen = digest;
    }

    /** @throws UnusableTlsFilesException where no certificate with its key can be made of them */
    public static LiveCertificate load(TlsFiles files) throws UnusableTlsFilesException {
        TlsFiles.Contents contents = files.read();
        ServerIdentity first = files.parse(contents);
        log.info("TLS with the certificate of {}", first.described());
        return new LiveCertificate(files, first, contents.digest());
    }

    /** Hands the certificate to the web server, now and whenever it is renewed. */
    public synchronized void serve(SslBundleRegistry registry) {
        registry.registerBundle(BUNDLE, current.bundle());
        var ignored = timer.scheduleWithFixedDelay(
                () -> look(registry), INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Never fails: a look that ended the timer would end all renewal. */
    @SuppressWarnings("CatchingUnchecked")
    private synchronized void look(SslBundleRegistry registry) {
        try {
            TlsFiles.Contents contents = files.read();
            String digest = contents.digest();
            boolean settled = digest.equals(seen);
            seen = digest;
            if (settled && !digest.equals(judged)) {
                judged = digest;
                ServerIdentity renewed = files.parse(contents);
                registry.updateBundle(BUNDLE, renewed.bundle());
                current = renewed;
                log.info("TLS goes on with the renewed certificate of {}", renewed.described());
            }
        } catch (UnusableTlsFilesException e) {
            keep(String.join("; ", e.faults()));
        } catch (Exception e) {
            keep("the web server does not take it: " + e.getMessage());
        }
    }

    private void keep(String reason) {
        log.warn("TLS stays with the certificate of {}: {}", current.described(), reason);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
