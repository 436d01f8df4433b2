package io.inference.summary;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.api.message.TextTokens;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SentencePartsTest {
    private static final String SENTENCES = IntStream.range(0, 100)
            .mapToObj("The value of pi is 3.14 in sentence %d. "::formatted)
            .collect(Collectors.joining());

    @Test
    void aTextThatFitsIsOnePart() {
        assertThat(SentenceParts.cut("One. Two.", 100)).containsExactly("One. Two.");
        assertThat(SentenceParts.cut("", 1)).containsExactly("");
    }

    @Test
    void partsEndWithSentencesAndMakeUpTheText() {
        List<String> parts = SentenceParts.cut(SENTENCES, 200);
        assertThat(parts).hasSizeGreaterThan(3).allSatisfy(part -> {
            assertThat(part).startsWith("The value").endsWith(". ");
            assertThat(TextTokens.estimate(part)).isLessThanOrEqualTo(200);
        });
        assertThat(String.join("", parts)).isEqualTo(SENTENCES);
    }

    @Test
    void partsAreOfAboutTheSameLength() {
        List<Integer> lengths = SentenceParts.cut(SENTENCES, TextTokens.estimate(SENTENCES) * 2 / 3).stream()
                .map(String::length)
                .toList();
        assertThat(lengths).hasSize(2);
        assertThat(Math.abs(lengths.getFirst() - lengths.getLast())).isLessThan(100);
    }

    @Test
    void linesAreEndsOfPartsIfThereAreNoSentences() {
        String lines = IntStream.range(0, 50)
                .mapToObj("line %d of a list\n"::formatted)
                .collect(Collectors.joining());
        assertThat(SentenceParts.cut(lines, 60))
                .allSatisfy(part -> assertThat(part).startsWith("line ").endsWith("list\n"));
    }

    @Test
    void aSentenceThatIsTooLongIsCutBetweenWordsAndAWordAnywhere() {
        String words = "word ".repeat(100).strip();
        assertThat(SentenceParts.cut(words, 10))
                .allSatisfy(part -> assertThat(part.strip()).matches("(word ?)+"));
        String letters = "😀é".repeat(500);
        List<String> parts = SentenceParts.cut(letters, 7);
        assertThat(String.join("", parts)).isEqualTo(letters);
        assertThat(parts).allSatisfy(part -> {
            assertThat(TextTokens.estimate(part)).isLessThanOrEqualTo(7);
            assertThat(Character.isLowSurrogate(part.charAt(0))).isFalse();
        });
    }
}
