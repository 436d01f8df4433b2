package io.inference.security.keys;

import io.inference.wire.Sha256;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.regex.Pattern;

/** The form of a key: {@code ik_} and 256 random bits as letters and digits. */
final class KeyText {
    static final String START = "ik_";
    static final int PREFIX_LENGTH = 8;

    private static final String DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final BigInteger BASE = BigInteger.valueOf(DIGITS.length());
    private static final int BITS = 256;

    /** The minimum number of digits for a number of so many bits. */
    private static final int LENGTH = 43;

    private static final Pattern FORM = Pattern.compile("ik_[0-9A-Za-z]{43}");

    private KeyText() {}

    static String make(SecureRandom random) {
        BigInteger rest = new BigInteger(BITS, random);
        char[] text = new char[LENGTH];
        for (int i = LENGTH - 1; i >= 0; i--) {
            BigInteger[] division = rest.divideAndRemainder(BASE);
            text[i] = DIGITS.charAt(division[1].intValue());
            rest = division[0];
        }
        return START + new String(text);
    }

    static boolean hasForm(String text) {
        return FORM.matcher(text).matches();
    }

    /** Plain SHA-256: a random key cannot be guessed, so that a slow hash or a salt would add nothing. */
    static byte[] hash(String text) {
        return Sha256.of(text);
    }
}
