package io.inference.engine.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The printable characters that byte-level BPE vocabularies use for bytes: visible Latin-1 characters represent
 * themselves, the 68 other bytes are U+0100 and on, in order (a space is U+0120).
 */
final class ByteAlphabet {
    private static final char[] CHAR_OF_BYTE = new char[256];
    private static final int[] BYTE_OF_CHAR = new int[0x100 + 68];

    static {
        Arrays.fill(BYTE_OF_CHAR, -1);
        char next = 0x100;
        for (int b = 0; b < 256; b++) {
            boolean visible = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
            CHAR_OF_BYTE[b] = visible ? (char) b : next++;
            BYTE_OF_CHAR[CHAR_OF_BYTE[b]] = b;
        }
    }

    private ByteAlphabet() {}

    static char charOf(byte value) {
        return CHAR_OF_BYTE[value & 0xff];
    }

    /** The bytes of a vocabulary entry; characters outside the alphabet represent their own UTF-8. */
    static byte[] bytesOf(String entry) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(entry.length());
        entry.codePoints().forEach(codePoint -> {
            int value = codePoint < BYTE_OF_CHAR.length ? BYTE_OF_CHAR[codePoint] : -1;
            if (value >= 0) {
                out.write(value);
            } else {
                out.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
            }
        });
        return out.toByteArray();
    }
}
