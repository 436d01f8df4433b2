package io.inference.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Broken files cause a {@link GgufException} and nothing else. The mutations have fixed seeds, so that a failure is
 * reproducible. Parsing from memory is the same code as from a map, only faster.
 */
class GgufFuzzTest {
    private static final int MUTANTS = 30_000;
    private static final long[] NASTY = {
        0,
        1,
        -1,
        31,
        32,
        255,
        1 << 16,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 32,
        1L << 40,
        1L << 62,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    @Test
    void everyTruncationIsAClearError() {
        byte[] file = GgufFileTest.small();
        // The tail is padding after the last tensor, which a file may lack.
        int dataEnd = file.length - 12;
        for (int length = 0; length < dataEnd; length++) {
            assertThat(outcome(Arrays.copyOf(file, length)))
                    .as("cut at %d", length)
                    .isEqualTo("refused");
        }
        assertThat(outcome(Arrays.copyOf(file, dataEnd))).isEqualTo("read");
    }

    @Test
    void everyMutantIsReadOrRefused() {
        byte[] file = GgufFileTest.small();
        int refused = 0;
        for (int seed = 0; seed < MUTANTS; seed++) {
            try {
                refused += outcome(mutant(file, new Random(seed))).equals("refused") ? 1 : 0;
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
        assertThat(refused).isBetween(MUTANTS / 10, MUTANTS - 1);
    }

    private static byte[] mutant(byte[] file, Random random) {
        byte[] mutant = file.clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(mutant.length - 8);
            switch (random.nextInt(4)) {
                case 0 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> mutant[at] = (byte) random.nextInt();
                case 2 -> {
                    long value = NASTY[random.nextInt(NASTY.length)];
                    MemorySegment.ofArray(mutant).set(ValueLayout.JAVA_LONG_UNALIGNED, at, value);
                }
                default -> {
                    int length = random.nextInt(Math.min(40, mutant.length - at));
                    System.arraycopy(file, random.nextInt(file.length - length), mutant, at, length);
                }
            }
        }
        return mutant;
    }

    private static String outcome(byte[] bytes) {
        try {
            GgufParser.Parsed parsed =
                    new GgufParser(MemorySegment.ofArray(bytes).asReadOnly()).parse("mutant");
            long sum = 0;
            for (TensorInfo tensor : parsed.tensors().values()) {
                sum += tensor.data().get(ValueLayout.JAVA_BYTE, tensor.data().byteSize() - 1);
                assertThat(tensor.data().byteSize()).isEqualTo(tensor.type().bytesFor(tensor.elements()));
            }
            assertThat(sum).isNotEqualTo(Long.MIN_VALUE);
            return "read";
        } catch (GgufException e) {
            assertThat(e.getMessage()).isNotBlank();
            return "refused";
        }
    }
}
