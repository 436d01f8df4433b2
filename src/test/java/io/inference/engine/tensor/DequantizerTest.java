package io.inference.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.engine.gguf.TensorType;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** One block of each type, made by hand from the layout's definition; scales are 0.5 and minimums -1 or 2. */
class DequantizerTest {
    private final ByteBuffer bytes = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);

    private void half(float value) {
        bytes.putShort(Float.floatToFloat16(value));
    }

    private float[] read(TensorType type) {
        MemorySegment block = MemorySegment.ofArray(bytes.array()).asSlice(0, type.blockBytes());
        float[] out = new float[type.blockElements()];
        Dequantizer.row(Weight.of("w", type, 1, type.blockElements(), block), 0, out, 0);
        return out;
    }

    @Test
    void readsPlainFloats() {
        bytes.putFloat(0, -1.5f);
        assertThat(read(TensorType.F32)).containsExactly(-1.5f);
        bytes.putShort(0, Float.floatToFloat16(0.25f));
        assertThat(read(TensorType.F16)).containsExactly(0.25f);
        bytes.putShort(0, (short) 0xC020);
        assertThat(read(TensorType.BF16)).containsExactly(-2.5f);
    }

    @Test
    void readsFourBits() {
        half(0.5f);
        bytes.put(2 + 3, (byte) 0xA1); // element 3 is 1, element 19 is 10
        assertThat(read(TensorType.Q4_0)[3]).isEqualTo(0.5f * (1 - 8));
        assertThat(read(TensorType.Q4_0)[19]).isEqualTo(0.5f * (10 - 8));
        assertThat(read(TensorType.Q4_0)[0]).isEqualTo(-4f);
        half(-1f);
        bytes.put(4 + 15, (byte) 0xF2);
        assertThat(read(TensorType.Q4_1)[15]).isEqualTo(0.5f * 2 - 1);
        assertThat(read(TensorType.Q4_1)[31]).isEqualTo(0.5f * 15 - 1);
    }

    @Test
    void readsFiveBits() {
        half(0.5f);
        bytes.putInt(2, 1 << 3 | 1 << 31);
        bytes.put(6 + 3, (byte) 0x01).put(6 + 15, (byte) 0x20);
        float[] q5 = read(TensorType.Q5_0);
        assertThat(q5[3]).isEqualTo(0.5f * (17 - 16));
        assertThat(q5[31]).isEqualTo(0.5f * (18 - 16));
        assertThat(q5[4]).isEqualTo(-8f);
        bytes.clear();
        half(0.5f);
        half(-1f);
        bytes.putInt(1 << 16);
        bytes.put(8, (byte) 0x30);
        float[] q51 = read(TensorType.Q5_1);
        assertThat(q51[16]).isEqualTo(0.5f * 19 - 1);
    }

    @Test
    void readsEightBits() {
        half(0.5f);
        bytes.put(2 + 31, (byte) -7);
        assertThat(read(TensorType.Q8_0)[31]).isEqualTo(-3.5f);
    }

    /** Parts 1 and 5 of a block: their scales are in the two halves of the twelve bytes. */
    private void scalesOfParts1And5() {
        half(0.5f);
        half(2f);
        bytes.put(4 + 1, (byte) (3 | 0b10 << 6)); // scale of part 1: 3; two high bits of part 5's scale
        bytes.put(4 + 5, (byte) (4 | 0b01 << 6)); // minimum of part 1: 4; two high bits of part 5's minimum
        bytes.put(4 + 9, (byte) 0x76); // low bits of part 5: scale 6, minimum 7
    }

    @Test
    void readsBlocksOf256WithFourBits() {
        scalesOfParts1And5();
        bytes.put(16 + 2, (byte) 0x90); // part 0 is 0, part 1 is 9, at 2
        bytes.put(16 + 2 * 32 + 31, (byte) 0xB0); // part 5 is 11, at 31
        float[] out = read(TensorType.Q4_K);
        assertThat(out[32 + 2]).isEqualTo(0.5f * 3 * 9 - 2 * 4);
        assertThat(out[5 * 32 + 31]).isEqualTo(0.5f * 38 * 11 - 2 * 23);
        assertThat(out[0]).isZero();
    }

    @Test
    void readsBlocksOf256WithFiveBits() {
        scalesOfParts1And5();
        bytes.put(16 + 31, (byte) (1 << 5)); // fifth bit of part 5 at 31
        bytes.put(48 + 2, (byte) 0x90);
        bytes.put(48 + 2 * 32 + 31, (byte) 0xB0);
        float[] out = read(TensorType.Q5_K);
        assertThat(out[32 + 2]).isEqualTo(0.5f * 3 * 9 - 2 * 4);
        assertThat(out[5 * 32 + 31]).isEqualTo(0.5f * 38 * (11 + 16) - 2 * 23);
    }

    @Test
    void readsBlocksOf256WithSixBits() {
        bytes.put(64 + 32 + 1, (byte) 0x50); // second half, byte 33: element 128 + 96 + 1 has low bits 5
        bytes.put(128 + 32 + 1, (byte) (0b11 << 6)); // and high bits 3
        bytes.put(192 + 14, (byte) -2); // scale of elements 224 to 239
        bytes.putShort(208, Float.floatToFloat16(0.5f));
        float[] out = read(TensorType.Q6_K);
        assertThat(out[225]).isEqualTo(0.5f * -2 * (5 + 3 * 16 - 32));
        assertThat(out[226]).isEqualTo(0.5f * -2 * -32);
        assertThat(out[0]).isZero();
    }
}
