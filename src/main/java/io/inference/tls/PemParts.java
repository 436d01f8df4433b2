package io.inference.tls;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.pem.PemContent;

/** Certificates and private keys from the contents of PEM files. Faults continue a sentence that names the file. */
public final class PemParts {
    private static final byte[] PROBE = {1, 2, 3, 4, 5, 6, 7, 8};

    private PemParts() {}

    /** Certificates, or their fault. */
    public record Chain(
            List<X509Certificate> certificates, @Nullable String fault) {}

    /** A key, or its fault. */
    public record Key(@Nullable PrivateKey key, @Nullable String fault) {}

    /** @param pem null if the file cannot be read */
    public static Chain chain(@Nullable String pem) {
        String fault = outerFault(pem);
        if (pem == null || fault != null) {
            return new Chain(List.of(), fault);
        }
        try {
            return new Chain(PemContent.of(pem).getCertificates(), null);
        } catch (RuntimeException e) {
            return new Chain(List.of(), "which holds no certificate that can be read");
        }
    }

    /** @param pem null if the file cannot be read */
    public static Key key(@Nullable String pem) {
        String fault = outerFault(pem);
        if (pem == null || fault != null) {
            return new Key(null, fault);
        }
        try {
            return new Key(Objects.requireNonNull(PemContent.of(pem).getPrivateKey()), null);
        } catch (RuntimeException e) {
            return new Key(
                    null, "which holds no private key that can be read (PKCS#8, PKCS#1 or SEC 1, not encrypted)");
        }
    }

    /** A file that is still being written is cut off: it might parse, but would lack the certificates at its end. */
    private static @Nullable String outerFault(@Nullable String pem) {
        if (pem == null) {
            return "which cannot be read";
        }
        int begins = count(pem, "-----BEGIN ");
        if (begins == 0) {
            return "which is no PEM file";
        }
        return begins == count(pem, "-----END ") && pem.stripTrailing().endsWith("-----") ? null : "which is cut off";
    }

    private static int count(String text, String part) {
        int count = 0;
        for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
            count++;
        }
        return count;
    }

    /** Whether the first certificate verifies the key's signatures. Neither may have a fault. */
    public static boolean belongTogether(Chain chain, Key key) {
        PublicKey known = chain.certificates().getFirst().getPublicKey();
        PrivateKey own = Objects.requireNonNull(key.key());
        String algorithm = switch (own.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> own.getAlgorithm();
        };
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(own);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(known);
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
