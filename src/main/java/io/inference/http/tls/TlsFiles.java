package io.inference.http.tls;

import io.inference.wire.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the certificate and its key are.
 *
 * @param certFile PEM: the certificate, then those that vouch for it
 * @param keyFile PEM: its private key, PKCS#8, PKCS#1 or SEC 1, not encrypted
 */
public record TlsFiles(Path certFile, Path keyFile) {
    /**
     * What both files hold at one moment. Symbolic links are followed anew each time, so that a directory that is swapped for another,
     * as Kubernetes does with a mounted Secret, shows as other contents.
     *
     * @param cert null where it cannot be read
     * @param key null where it cannot be read
     */
    record Contents(@Nullable String cert, @Nullable String key) {
        /** Tells contents apart without holding them. */
        String digest() {
            MessageDigest digest = Sha256.digest();
            digest.update(String.valueOf(cert).getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            digest.update(String.valueOf(key).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest());
        }

        @Override
        public String toString() {
            return "Contents[" + digest() + "]";
        }
    }

    Contents read() {
        return new Contents(text(certFile), text(keyFile));
    }

    /**
     * The certificate and key that contents hold.
     *
     * @throws UnusableTlsFilesException where they are not whole, or do not belong together
     */
    ServerIdentity parse(Contents contents) throws UnusableTlsFilesException {
        List<String> faults = new ArrayList<>();
        ServerIdentity.Chain chain = ServerIdentity.chain(contents.cert());
        if (chain.fault() != null) {
            faults.add("TLS_CERT_FILE names '" + certFile + "', " + chain.fault());
        }
        ServerIdentity.Key key = ServerIdentity.key(contents.key());
        if (key.fault() != null) {
            faults.add("TLS_KEY_FILE names '" + keyFile + "', " + key.fault());
        }
        if (faults.isEmpty() && !ServerIdentity.belongTogether(chain, key)) {
            faults.add("TLS_KEY_FILE names '" + keyFile
                    + "', which is not the key of the first certificate in TLS_CERT_FILE");
        }
        if (!faults.isEmpty()) {
            throw new UnusableTlsFilesException(faults);
        }
        return ServerIdentity.of(chain, key);
    }

    private static @Nullable String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return null;
        }
    }
}
