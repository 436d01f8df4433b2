package io.inference.conversation.store;

import io.inference.conversation.UnreadableException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encrypts texts of rows with AES-256-GCM under the first of some keys, and decrypts those of all of them. A sealed
 * text is {@code enc:1:}, the id of its key, {@code :}, and in base64 a random nonce of 12 bytes, the encrypted text
 * and its tag of 16 bytes. A text that is not sealed is read as it is, so that rows of before stay readable; one that
 * looks sealed gets {@code enc:0:} in front of it.
 *
 * <p>Three values are derived from each key by HKDF (RFC 5869): its id, which is not secret, the key of AES, and the
 * key of the words to search for.
 */
public final class TextCipher {
    /** In place of the first key: nothing is encrypted. */
    public static final byte[] NONE = {};

    private static final Logger log = LoggerFactory.getLogger(TextCipher.class);
    private static final String MARK = "enc:";
    private static final String PLAIN = MARK + "0:";
    private static final String SEALED = MARK + "1:";
    private static final int KEY_BYTES = 32;
    private static final int ID_BYTES = 6;
    private static final int ID_END = SEALED.length() + 2 * ID_BYTES;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    /** Characters in base64: 72 bits, so that two words hardly ever have the same ones. */
    private static final int WORD_CHARACTERS = 12;

    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{M}\\p{N}]+");
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final Map<String, Key> keys = new LinkedHashMap<>();
    private final SecureRandom random = new SecureRandom();
    /** Ids of missing keys that the log has. */
    private final Set<String> missing = ConcurrentHashMap.newKeySet();

    private final @Nullable Key first;

    private record Key(String id, SecretKey texts, SecretKey words) {}

    /**
     * @param keys of 32 bytes each: the first encrypts, all decrypt; {@link #NONE} in place of the first one, or no key
     *     at all: nothing is encrypted
     */
    public TextCipher(List<byte[]> keys) {
        keys.stream().filter(key -> key.length > 0).map(TextCipher::key).forEach(key -> this.keys.put(key.id(), key));
        first = keys.isEmpty() || keys.getFirst().length == 0 ? null : key(keys.getFirst());
    }

    private static Key key(byte[] secret) {
        return new Key(
                HexFormat.of().formatHex(derived(secret, "id", ID_BYTES)),
                new SecretKeySpec(derived(secret, "texts", KEY_BYTES), "AES"),
                new SecretKeySpec(derived(secret, "words", KEY_BYTES), "HmacSHA256"));
    }

    private static byte[] derived(byte[] secret, String purpose, int length) {
        try {
            byte[] info = ("inference conversations " + purpose).getBytes(StandardCharsets.UTF_8);
            return KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.ofExtract().addIKM(secret).thenExpand(info, length));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HKDF", e);
        }
    }

    /** Id of the key that new texts are encrypted under; empty if they are stored as they are. */
    public String keyId() {
        return first == null ? "" : first.id();
    }

    /** Ids of all keys. */
    Set<String> keyIds() {
        return Set.copyOf(keys.keySet());
    }

    /**
     * A text as it is stored; empty if it is.
     *
     * @param context names the table, the column and the row, so that the text is of use nowhere else
     */
    public String seal(String text, String context) {
        if (first == null || text.isEmpty()) {
            return text.startsWith(MARK) ? PLAIN + text : text;
        }
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        byte[] plain = text.getBytes(StandardCharsets.UTF_8);
        byte[] sealed = new byte[NONCE_BYTES + plain.length + TAG_BITS / Byte.SIZE];
        System.arraycopy(nonce, 0, sealed, 0, NONCE_BYTES);
        try {
            int ignored = cipher(Cipher.ENCRYPT_MODE, first, nonce, 0, context)
                    .doFinal(plain, 0, plain.length, sealed, NONCE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a text cannot be encrypted", e);
        }
        return SEALED + first.id() + ":" + BASE64.encodeToString(sealed);
    }

    /**
     * The text that {@link #seal} got.
     *
     * @throws UnreadableException if its key is not there, it was changed, or it was sealed in another context
     */
    public String open(String stored, String context) {
        if (stored.startsWith(PLAIN)) {
            return stored.substring(PLAIN.length());
        }
        String id = keyId(stored);
        if (id.isEmpty()) {
            return stored;
        }
        Key key = keys.get(id);
        if (key == null) {
            if (missing.add(id)) {
                log.warn("a conversation is encrypted under the key {}, which ENCRYPTION_KEY does not hold", id);
            }
            throw UnreadableException.noKey(id);
        }
        try {
            byte[] sealed = Base64.getUrlDecoder().decode(stored.substring(ID_END + 1));
            byte[] plain = cipher(Cipher.DECRYPT_MODE, key, sealed, 0, context)
                    .doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
            return new String(plain, StandardCharsets.UTF_8);
        } catch (AEADBadTagException | IllegalArgumentException e) {
            log.error("{} cannot be decrypted: it was changed, or was in another place", context);
            throw UnreadableException.changed();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a text cannot be decrypted", e);
        }
    }

    /** Id of the key that a stored text is encrypted under; empty if it is not. */
    private static String keyId(String stored) {
        boolean sealed = stored.startsWith(SEALED) && stored.length() > ID_END && stored.charAt(ID_END) == ':';
        return sealed ? stored.substring(SEALED.length(), ID_END) : "";
    }

    /** JSON as a column for JSON stores it: encrypted, as a string. */
    String sealJson(String json, String context) {
        return first == null ? json : '"' + seal(json, context) + '"';
    }

    /** The JSON that {@link #sealJson} got. */
    String openJson(String stored, String context) {
        return stored.startsWith("\"") ? open(stored.substring(1, stored.length() - 1), context) : stored;
    }

    private static Cipher cipher(int mode, Key key, byte[] nonce, int offset, String context)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key.texts(), new GCMParameterSpec(TAG_BITS, nonce, offset, NONCE_BYTES));
        cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    /**
     * What a search finds a text by in place of its words: their hashes, which need the key.
     *
     * @param owner makes them different for each owner
     * @return null if texts are not encrypted
     */
    @Nullable
    List<String> words(String owner, String text) {
        return first == null ? null : List.copyOf(hashes(first, owner, words(text)));
    }

    /** PostgreSQL's query for texts of which all words occur, sealed under any of the keys; empty if there is none. */
    String query(String owner, String text) {
        Set<String> words = words(text);
        List<String> queries = new ArrayList<>();
        for (Key key : words.isEmpty() ? List.<Key>of() : keys.values()) {
            queries.add("'" + String.join("' & '", hashes(key, owner, words)) + "'");
        }
        return String.join(" | ", queries);
    }

    private static Set<String> words(String text) {
        Set<String> words = new LinkedHashSet<>();
        WORD.matcher(text).results().map(MatchResult::group).forEach(word -> words.add(word.toLowerCase(Locale.ROOT)));
        return words;
    }

    private static Set<String> hashes(Key key, String owner, Collection<String> words) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key.words());
            Set<String> hashes = new LinkedHashSet<>();
            for (String word : words) {
                byte[] hash = mac.doFinal((owner + " " + word).getBytes(StandardCharsets.UTF_8));
                hashes.add(BASE64.encodeToString(hash).substring(0, WORD_CHARACTERS));
            }
            return hashes;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC", e);
        }
    }
}
