package io.inference.conversation.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.error.ErrorCode;
import io.inference.conversation.UnreadableException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextCipherTest {
    private static final byte[] ONE = key(1);
    private static final byte[] TWO = key(2);
    private static final String PLACE = "messages.content 1 2";

    private final TextCipher plain = new TextCipher(List.of());
    private final TextCipher one = new TextCipher(List.of(ONE));
    private final TextCipher both = new TextCipher(List.of(TWO, ONE));
    private final TextCipher none = new TextCipher(List.of(TextCipher.NONE, ONE));

    private static byte[] key(int value) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) value);
        return key;
    }

    @Test
    void aSealedTextShowsItsKeyAndNothingElse() {
        String sealed = one.seal("my name is Ada", PLACE);
        assertThat(sealed)
                .matches("enc:1:" + one.keyId() + ":[A-Za-z0-9_-]{56}")
                .doesNotContain("Ada");
        assertThat(one.open(sealed, PLACE)).isEqualTo("my name is Ada");
        assertThat(one.seal("my name is Ada", PLACE)).as("a nonce of its own").isNotEqualTo(sealed);
        assertThat(one.open(one.sealJson("[\"ü\"]", PLACE).replace("\"", ""), PLACE))
                .isEqualTo("[\"ü\"]");
        assertThat(one.openJson(one.sealJson("{}", PLACE), PLACE)).isEqualTo("{}");
    }

    @Test
    void theFirstKeyEncryptsAndAllDecrypt() {
        String old = one.seal("text", PLACE);
        assertThat(both.open(old, PLACE)).isEqualTo("text");
        String fresh = both.seal("text", PLACE);
        assertThat(fresh).startsWith("enc:1:" + new TextCipher(List.of(TWO)).keyId());
        assertThatThrownBy(() -> one.open(fresh, PLACE))
                .isInstanceOfSatisfying(UnreadableException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
                    assertThat(e.key()).isEqualTo(both.keyId());
                })
                .hasMessageContaining("ENCRYPTION_KEY");
    }

    @Test
    void withNoneInFrontTextsAreReadAndNotEncrypted() {
        assertThat(none.open(one.seal("text", PLACE), PLACE)).isEqualTo("text");
        assertThat(none.seal("text", PLACE)).isEqualTo("text");
        assertThat(none.keyId()).isEmpty();
        assertThat(none.words("ada", "text")).isNull();
    }

    @Test
    void aTextThatWasChangedOrMovedIsRefused() {
        String sealed = one.seal("text", PLACE);
        String changed = sealed.substring(0, 30) + (sealed.charAt(30) == 'A' ? 'B' : 'A') + sealed.substring(31);
        for (String each : List.of(changed, sealed.substring(0, 40), sealed + "!")) {
            assertThatThrownBy(() -> one.open(each, PLACE))
                    .isInstanceOfSatisfying(
                            UnreadableException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL))
                    .hasMessageNotContaining("text");
        }
        assertThatThrownBy(() -> one.open(sealed, PLACE + "3")).isInstanceOf(UnreadableException.class);
    }

    @Test
    void plainTextsStayWhatTheyAre() {
        for (String text : List.of("", "text", "enc:", "enc:0:x", one.seal("text", PLACE), "\"quoted\"")) {
            assertThat(plain.open(plain.seal(text, PLACE), PLACE)).isEqualTo(text);
            assertThat(one.open(plain.seal(text, PLACE), PLACE)).isEqualTo(text);
            assertThat(one.open(one.seal(text, PLACE), PLACE)).isEqualTo(text);
        }
        assertThat(plain.open("enc:1:short", PLACE)).isEqualTo("enc:1:short");
    }

    @Test
    void wordsAreHashesOfTheirOwnForEachOwnerAndKey() {
        List<String> words = one.words("ada", "The cat, THE dog; naïve 42");
        assertThat(words).hasSize(5).allMatch(word -> word.matches("[A-Za-z0-9_-]{12}"));
        assertThat(one.words("ada", "dog cat")).isSubsetOf(words);
        assertThat(one.words("bob", "dog cat")).doesNotContainAnyElementsOf(words);
        assertThat(both.words("ada", "dog cat")).doesNotContainAnyElementsOf(words);
        assertThat(both.query("ada", "dog dog"))
                .contains("'" + one.words("ada", "dog").getFirst() + "'");
        assertThat(both.query("ada", "dog cat").split(" \\| ")).hasSize(2).allMatch(query -> query.contains("' & '"));
        assertThat(both.query("ada", "!?")).isEmpty();
        assertThat(plain.query("ada", "dog")).isEmpty();
    }
}
