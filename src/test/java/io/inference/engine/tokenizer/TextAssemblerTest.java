package io.inference.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextAssemblerTest {
    @Test
    void sendsEachTokenAtOnceWhenNothingCanFollow() {
        TextAssembler text = new TextAssembler(List.of("STOP"));
        assertThat(text.accept(utf8("Hello"))).isEqualTo("Hello");
        assertThat(text.accept(utf8(", S"))).isEqualTo(", ");
        assertThat(text.accept(utf8("T"))).isEmpty();
        assertThat(text.accept(utf8("ART"))).isEqualTo("START");
        assertThat(text.finish()).isEmpty();
        assertThat(text.stop()).isEmpty();
    }

    @Test
    void holdsACharacterUntilItIsWhole() {
        TextAssembler text = new TextAssembler(List.of());
        byte[] rocket = utf8("🚀");
        assertThat(text.accept(Arrays.copyOfRange(rocket, 0, 1))).isEmpty();
        assertThat(text.accept(Arrays.copyOfRange(rocket, 1, 3))).isEmpty();
        assertThat(text.accept(Arrays.copyOfRange(rocket, 3, 4))).isEqualTo("🚀");
        assertThat(text.accept(Arrays.copyOfRange(rocket, 0, 2))).isEmpty();
        assertThat(text.accept(utf8("x"))).isEqualTo("\uFFFDx");
        assertThat(text.accept(Arrays.copyOfRange(rocket, 0, 2))).isEmpty();
        assertThat(text.finish()).isEqualTo("\uFFFD");
    }

    @Test
    void aStopSequenceAcrossTokensIsNeverSent() {
        TextAssembler text = new TextAssembler(List.of("\n\nUser:", "END"));
        assertThat(text.accept(utf8("fine\n"))).isEqualTo("fine");
        assertThat(text.accept(utf8("\nUs"))).isEmpty();
        assertThat(text.accept(utf8("er: more"))).isEmpty();
        assertThat(text.stop()).contains("\n\nUser:");
        assertThat(text.accept(utf8("anything"))).isEmpty();
        assertThat(text.finish()).isEmpty();
    }

    @Test
    void theStopThatIsCompleteFirstCounts() {
        TextAssembler text = new TextAssembler(List.of("abcd", "bc", "abc"));
        assertThat(text.accept(utf8("xabcd"))).isEqualTo("x");
        assertThat(text.stop()).contains("abc");
    }

    @Test
    void whatWasHeldComesAtTheEnd() {
        TextAssembler text = new TextAssembler(List.of("<|end|>"));
        assertThat(text.accept(utf8("a<|en"))).isEqualTo("a");
        assertThat(text.finish()).isEqualTo("<|en");
        assertThat(text.stop()).isEmpty();
    }

    /** For any bytes and splits the text is the decoding of the whole, up to the first stop sequence. */
    @Test
    void theCutsIntoTokensHaveNoInfluence() {
        Random random = new Random(11);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = randomBytes(random);
            List<String> stops = random.ints(random.nextInt(4), 0, 1000)
                    .mapToObj(it -> randomStop(new Random(it)))
                    .toList();
            String whole = new String(bytes, StandardCharsets.UTF_8);
            assertThat(assemble(bytes, stops, random)).as("round %d", round).isEqualTo(expected(whole, stops));
        }
    }

    private static String assemble(byte[] bytes, List<String> stops, Random random) {
        TextAssembler text = new TextAssembler(stops);
        StringBuilder out = new StringBuilder();
        for (int at = 0; at < bytes.length; ) {
            int end = Math.min(bytes.length, at + random.nextInt(4));
            out.append(text.accept(Arrays.copyOfRange(bytes, at, end)));
            String shown = out.toString();
            assertThat(stops).noneMatch(shown::contains);
            at = end;
        }
        return out.append(text.finish()).toString();
    }

    private static String expected(String whole, List<String> stops) {
        for (int end = 1; end <= whole.length(); end++) {
            String head = whole.substring(0, end);
            int longest = stops.stream()
                    .filter(head::endsWith)
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
            if (longest > 0) {
                return head.substring(0, end - longest);
            }
        }
        return whole;
    }

    private static String randomStop(Random random) {
        return "abé🚀"
                .codePoints()
                .flatMap(it -> random.ints(random.nextInt(3), 0, 4)
                        .map(i -> "abé🚀".codePoints().toArray()[i]))
                .limit(4)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .append('a')
                .toString();
    }

    private static byte[] randomBytes(Random random) {
        byte[] alphabet = utf8("aaabbé🚀");
        byte[] bytes = new byte[random.nextInt(24)];
        for (int i = 0; i < bytes.length; ) {
            if (random.nextInt(3) == 0) {
                byte[] whole = utf8(random.nextBoolean() ? "é" : "🚀");
                int length = Math.min(whole.length, bytes.length - i);
                System.arraycopy(whole, 0, bytes, i, length);
                i += length;
            } else {
                bytes[i++] = alphabet[random.nextInt(alphabet.length)];
            }
        }
        return bytes;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
