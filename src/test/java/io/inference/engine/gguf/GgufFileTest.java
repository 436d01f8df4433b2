package io.inference.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufFileTest {
    @TempDir
    Path folder;

    @Test
    void readsMetadataOfEveryType() {
        try (GgufFile file = open(small())) {
            GgufMetadata metadata = file.metadata();
            assertThat(file.version()).isEqualTo(3);
            assertThat(metadata.string("general.architecture")).isEqualTo("llama");
            assertThat(metadata.integer("llama.block_count")).isEqualTo(2);
            assertThat(metadata.decimal("llama.rope.freq_base")).isEqualTo(10000f);
            assertThat(metadata.bool("tokenizer.ggml.add_bos_token")).isFalse();
            assertThat(metadata.stringList("tokenizer.ggml.tokens")).containsExactly("a", "é", "");
            assertThat(metadata.intList("tokenizer.ggml.token_type")).containsExactly(1, -3, 6);
            assertThat(metadata.floatList("tokenizer.ggml.scores")).containsExactly(0.5f, -1f);
            assertThat(metadata.optionalString("absent")).isEmpty();
            assertThat(metadata.optionalIntList("absent")).isEmpty();
        }
    }

    @Test
    void givesTensorsAsReadOnlySlicesOfTheMap() {
        try (GgufFile file = open(small())) {
            TensorInfo norm = file.tensor("norm").orElseThrow();
            assertThat(norm.shape()).containsExactly(3, 1);
            assertThat(norm.elements()).isEqualTo(3);
            assertThat(norm.data().toArray(ValueLayout.JAVA_FLOAT)).containsExactly(1f, 2f, 3f);
            assertThat(norm.data().isReadOnly()).isTrue();
            assertThat(file.tensor("q4").orElseThrow().data().byteSize()).isEqualTo(20);
            assertThat(file.tensors()).extracting(TensorInfo::name).containsExactly("norm", "q4");
            assertThat(file.tensor("absent")).isEmpty();
        }
    }

    @Test
    void namesTheKeyThatIsMissingOrOfAnotherType() {
        try (GgufFile file = open(small())) {
            GgufMetadata metadata = file.metadata();
            assertThatThrownBy(() -> metadata.integer("llama.context_length"))
                    .isInstanceOf(GgufException.class)
                    .hasMessageContaining("'llama.context_length' is missing");
            assertThatThrownBy(() -> metadata.integer("general.architecture"))
                    .hasMessageContaining("'general.architecture' holds a string, not an integer");
            assertThatThrownBy(() -> metadata.optionalStringList("tokenizer.ggml.scores"))
                    .hasMessageContaining("holds a list of floating-point numbers, not a list of strings");
        }
    }

    @Test
    void aClosedFileRefusesReadsInsteadOfCrashing() {
        GgufFile file = open(small());
        TensorInfo norm = file.tensor("norm").orElseThrow();
        file.close();
        file.close();
        assertThatThrownBy(() -> norm.data().get(ValueLayout.JAVA_FLOAT, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void readsVersionTwo() {
        try (GgufFile file = open(intAt(small(), 4, 2))) {
            assertThat(file.version()).isEqualTo(2);
        }
    }

    @Test
    void refusesWhatIsNoGguf() {
        assertBroken(new byte[0], "the file ends at offset 0 inside magic number");
        assertBroken("GGML....".getBytes(StandardCharsets.US_ASCII), "not a GGUF file: it starts with 0x47474d4c");
        assertBroken(intAt(small(), 4, 1), "GGUF version 1 (at offset 4) is not supported");
        assertBroken(intAt(small(), 4, 3 << 24), "big-endian");
        assertThatThrownBy(() -> GgufFile.open(folder.resolve("absent.gguf")))
                .isInstanceOf(GgufException.class)
                .hasMessageContaining("absent.gguf cannot be read");
        assertThatThrownBy(() -> GgufFile.open(folder)).isInstanceOf(GgufException.class);
    }

    @Test
    void refusesHugeCounts() {
        assertBroken(longAt(small(), 8, Long.MAX_VALUE), "number of tensors at offset 8 is 9223372036854775807");
        assertBroken(longAt(small(), 16, -1), "number of metadata entries at offset 16 is 18446744073709551615");
        assertBroken(longAt(small(), 24, 1L << 40), "length of key of metadata entry 0 at offset 24");
        byte[] list = new GgufWriter().put("l", List.of("x")).bytes();
        // header 24, key 8+1, type 4, element type 4: the list's length is at 41
        assertBroken(longAt(list, 41, 1L << 61), "length of metadata key 'l' at offset 41");
        assertBroken(intAt(list, 37, 9), "array of arrays");
        assertBroken(intAt(list, 33, 77), "unknown value type 77 at offset 33");
    }

    /** A sparse file uses no disk space and may claim data that would fill the heap. */
    @Test
    void refusesMillionsOfStringsInASparseFile() throws IOException {
        byte[] list = longAt(new GgufWriter().put("l", List.of("x")).bytes(), 41, 8_000_000);
        Path path = Files.write(folder.resolve("sparse.gguf"), list);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), 400_000_000);
        }
        assertThatThrownBy(() -> GgufFile.open(path).close())
                .isInstanceOf(GgufException.class)
                .hasMessageContaining("strings take more memory than is allowed");
    }

    @Test
    void refusesDuplicates() {
        byte[] keys = new GgufWriter().put("aa", 1).put("ab", 2).bytes();
        keys[24 + 8 + 2 + 8 + 8 + 1] = 'a';
        assertBroken(keys, "metadata key 'aa' at offset 42 is there twice");
        byte[] tensors = new GgufWriter()
                .tensor("t", new long[] {1}, 1f)
                .tensor("t", new long[] {1}, 2f)
                .bytes();
        assertBroken(tensors, "tensor 't' at offset 57 is there twice");
    }

    @Test
    void refusesBadAlignment() {
        for (int alignment : new int[] {0, 1, 24, -32}) {
            assertBroken(new GgufWriter().put("general.alignment", alignment).bytes(), "not a power of two from 8");
        }
        assertBroken(new GgufWriter().put("general.alignment", "x").bytes(), "not a power of two from 8");
        open(new GgufWriter().put("general.alignment", 1L << 62).bytes()).close();
    }

    @Test
    void refusesImpossibleTensors() {
        // One tensor named t: dimensions count at 33, shape at 37 and 45, type at 53, offset at 57.
        byte[] file =
                new GgufWriter().tensor("t", new long[] {32, 2}, new float[64]).bytes();
        assertBroken(intAt(file, 33, 5), "has 5 dimensions, not 1 to 4");
        assertBroken(intAt(file, 33, 0), "has 0 dimensions");
        assertBroken(longAt(file, 37, 0), "impossible shape [0, 2]");
        assertBroken(longAt(file, 37, Long.MIN_VALUE), "impossible shape");
        assertBroken(longAt(file, 37, Long.MAX_VALUE), "impossible shape");
        assertBroken(longAt(longAt(file, 37, 1L << 31), 45, 1L << 31), "impossible shape");
        assertBroken(longAt(file, 37, 33), "the file is cut short");
        assertBroken(intAt(file, 53, 99), "has type 99 at offset 53, which this engine does not read");
        assertBroken(intAt(longAt(file, 37, 33), 53, 3), "no whole number of Q4_1 blocks of 32");
        assertBroken(longAt(file, 57, 8), "not aligned to 32");
        assertBroken(longAt(file, 57, 1L << 62), "the file is cut short");
        assertBroken(longAt(file, 57, -32), "not aligned to 32");
    }

    static byte[] small() {
        return new GgufWriter()
                .put("general.architecture", "llama")
                .put("llama.block_count", 2)
                .put("llama.rope.freq_base", 10000f)
                .put("general.size", 5_000_000_000L)
                .put("general.ratio", 0.25)
                .put("tokenizer.ggml.add_bos_token", false)
                .put("tokenizer.ggml.tokens", List.of("a", "é", ""))
                .put("tokenizer.ggml.token_type", new int[] {1, -3, 6})
                .put("tokenizer.ggml.scores", new float[] {0.5f, -1f})
                .tensor("norm", new long[] {3, 1}, 1f, 2f, 3f)
                .tensor("q4", TensorType.Q4_1, new long[] {32}, new byte[20])
                .bytes();
    }

    private static byte[] intAt(byte[] file, int offset, int value) {
        byte[] copy = file.clone();
        ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, value);
        return copy;
    }

    private static byte[] longAt(byte[] file, int offset, long value) {
        byte[] copy = file.clone();
        ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN).putLong(offset, value);
        return copy;
    }

    private GgufFile open(byte[] bytes) {
        try {
            return GgufFile.open(Files.write(folder.resolve("file.gguf"), bytes));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void assertBroken(byte[] bytes, String message) {
        assertThatThrownBy(() -> open(bytes).close())
                .isInstanceOf(GgufException.class)
                .hasMessageContaining("file.gguf")
                .hasMessageContaining(message);
    }
}
