package io.inference.wire;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256. */
public final class Sha256 {
    private static final int MARK_BYTES = 8;

    private Sha256() {}

    /** A digest of no data yet. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The digest of a text in UTF-8. */
    public static byte[] of(String text) {
        return digest().digest(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The beginning of the digest of a text, as a name of two lines around it: a text that contains its own digest
     * cannot be made.
     */
    public static String mark(String text) {
        return HexFormat.of().formatHex(of(text), 0, MARK_BYTES);
    }
}
