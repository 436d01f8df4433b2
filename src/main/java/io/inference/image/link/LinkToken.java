package io.inference.image.link;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What a link says: {@code <expiry>.<version>.<period>.<signature>}. The signature is an HMAC-SHA256 of the picture's
 * id and the rest.
 *
 * @param expiresAt seconds since 1970
 * @param version how often the links of the picture had been revoked
 * @param period number of the key that signs it
 * @param signature in base64url
 */
record LinkToken(long expiresAt, int version, long period, String signature) {
    private static final Pattern FORM =
            Pattern.compile("([1-9][0-9]{0,11})\\.(0|[1-9][0-9]{0,8})\\.([1-9][0-9]{0,5})\\.([A-Za-z0-9_-]{43})");
    private static final String ALGORITHM = "HmacSHA256";

    /** Empty for a text of another form. */
    static Optional<LinkToken> read(String text) {
        Matcher parts = FORM.matcher(text);
        return parts.matches()
                ? Optional.of(new LinkToken(
                        Long.parseLong(parts.group(1)),
                        Integer.parseInt(parts.group(2)),
                        Long.parseLong(parts.group(3)),
                        parts.group(4)))
                : Optional.empty();
    }

    static LinkToken sign(String imageId, Instant expiry, int version, long period, byte[] secret) {
        long seconds = expiry.getEpochSecond();
        return new LinkToken(seconds, version, period, signature(imageId, seconds, version, period, secret));
    }

    /** Whether the secret of its period signed it for this picture, in a time that does not depend on the answer. */
    boolean isSignedFor(String imageId, byte[] secret) {
        return MessageDigest.isEqual(
                signature(imageId, expiresAt, version, period, secret).getBytes(StandardCharsets.US_ASCII),
                signature.getBytes(StandardCharsets.US_ASCII));
    }

    private static String signature(String imageId, long expiresAt, int version, long period, byte[] secret) {
        String text = "image-link\n" + imageId + "\n" + expiresAt + "\n" + version + "\n" + period;
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            byte[] sum = mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(sum);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return expiresAt + "." + version + "." + period + "." + signature;
    }
}
