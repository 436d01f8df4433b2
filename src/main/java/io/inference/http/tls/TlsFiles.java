package io.inference.http.tls;

import io.inference.tls.PemFiles;
import io.inference.tls.PemParts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The files of the certificate and its key.
 *
 * @param certFile PEM: the certificate, then its chain
 * @param keyFile PEM: its private key, PKCS#8, PKCS#1 or SEC 1, not encrypted
 */
record TlsFiles(Path certFile, Path keyFile) {
    /** The certificate's file, then its key's. */
    List<Path> list() {
        return List.of(certFile, keyFile);
    }

    PemFiles.Contents read() {
        return PemFiles.read(list());
    }

    /**
     * Parses the certificate and key from the contents.
     *
     * @throws UnusableTlsFilesException if they are incomplete or do not belong together
     */
    ServerIdentity parse(PemFiles.Contents contents) throws UnusableTlsFilesException {
        List<String> faults = new ArrayList<>();
        PemParts.Chain chain = PemParts.chain(contents.texts().get(0));
        if (chain.fault() != null) {
            faults.add("TLS_CERT_FILE names '" + certFile + "', " + chain.fault());
        }
        PemParts.Key key = PemParts.key(contents.texts().get(1));
        if (key.fault() != null) {
            faults.add("TLS_KEY_FILE names '" + keyFile + "', " + key.fault());
        }
        if (faults.isEmpty() && !PemParts.belongTogether(chain, key)) {
            faults.add("TLS_KEY_FILE names '" + keyFile
                    + "', which is not the key of the first certificate in TLS_CERT_FILE");
        }
        if (!faults.isEmpty()) {
            throw new UnusableTlsFilesException(faults);
        }
        return ServerIdentity.of(chain, key);
    }
}
