package io.inference.http.tls;

import io.inference.tls.PemParts;
import java.security.cert.X509Certificate;
import java.util.Objects;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundleKey;
import org.springframework.boot.ssl.SslOptions;
import org.springframework.boot.ssl.pem.PemSslStore;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;

/** A certificate, its chain and its key, in the form that the web server uses. */
record ServerIdentity(X509Certificate certificate, SslBundle bundle) {
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

    static ServerIdentity of(PemParts.Chain chain, PemParts.Key key) {
        PemSslStore store = PemSslStore.of(chain.certificates(), Objects.requireNonNull(key.key()));
        SslBundle bundle =
                SslBundle.of(new PemSslStoreBundle(store, null), SslBundleKey.NONE, SslOptions.of(null, PROTOCOLS));
        return new ServerIdentity(chain.certificates().getFirst(), bundle);
    }

    /** Subject and expiry, for the log. */
    String described() {
        return certificate.getSubjectX500Principal().getName() + ", valid until "
                + certificate.getNotAfter().toInstant();
    }
}
