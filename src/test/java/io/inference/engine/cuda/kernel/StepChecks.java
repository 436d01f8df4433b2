package io.inference.engine.cuda.kernel;

import io.inference.engine.cpu.ScalarOps;
import io.inference.engine.cuda.kernel.Device.Buffer;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Checks of the module {@code step} except attention and sampling: norms, roundings, SwiGLU, rotation and storing. */
final class StepChecks {
    private static final String MODULE = "step";
    private static final float EPSILON = 1e-5f;

    private final Device device;
    private final Report report;
    private final Random random;

    StepChecks(Device device, Report report, long seed) {
        this.device = device;
        this.report = report;
        this.random = new Random(seed);
    }

    void run() {
        try (ScalarOps reference = new ScalarOps(1)) {
            norm(reference, 96, null);
            norm(reference, 576, new int[] {2, -1, 0});
            norm(reference, 2080, null);
            swiglu(reference, 5, 288);
        }
        quantize(3, 288);
        rotate(new Heads(3, 1, 32, 16, true), false, false);
        rotate(new Heads(4, 2, 64, 32, false), true, true);
        rotate(new Heads(2, 2, 96, 20, false), false, true);
    }

    /** @param index rows of the input that become the rows of the output, negative for zeros; null for all in order */
    private void norm(ScalarOps reference, int width, int @Nullable [] index) {
        int n = 3;
        int ld = width + 4;
        float[] x = Inputs.random(n * ld, random);
        float[] weight = Inputs.random(width, random);
        int[] rows = index == null ? new int[] {0, 1, 2} : index;
        float[] taken = new float[n * width];
        for (int i = 0; i < n; i++) {
            if (rows[i] >= 0) {
                System.arraycopy(x, rows[i] * ld, taken, i * width, width);
            }
        }
        float[] expected = new float[n * width];
        reference.rmsNorm(taken, n, weight, EPSILON, expected);
        Inputs out = Inputs.empty(device, n, width);
        Buffer table = null;
        if (index != null) {
            int[] spread = new int[n * 16];
            IntStream.range(0, n).forEach(i -> spread[i * 16] = index[i]);
            table = device.upload(spread);
        }
        device.launch(
                MODULE,
                "rms_norm",
                new int[] {n},
                512,
                0,
                device.upload(x),
                ld,
                table,
                16,
                device.upload(weight),
                width,
                EPSILON,
                out.q8(),
                out.meta(),
                out.half(),
                out.floats());
        forms("rms_norm width=" + width + (index == null ? "" : " of chosen rows"), out, expected, 4e-6);
    }

    /** The floats against the reference, and the other two forms against the floats. */
    private void forms(String name, Inputs out, float[] expected, double relative) {
        float[] floats = out.readFloats(device);
        report.compare(name, floats, expected, relative);
        report.compare(name + " halves", out.readHalves(device), Inputs.halves(floats), 0x1p-20);
        report.compare(name + " integers", out.readIntegers(device), Inputs.rounded(floats), 0x1p-20);
    }

    private void quantize(int n, int width) {
        int ld = width + 8;
        float[] x = Inputs.random(n * ld, random);
        Arrays.fill(x, 32, 64, 0);
        float[] expected = new float[n * width];
        for (int i = 0; i < n; i++) {
            System.arraycopy(x, i * ld, expected, i * width, width);
        }
        Inputs out = Inputs.empty(device, n, width);
        device.launch(
                MODULE,
                "quantize_rows",
                new int[] {(width + 1023) / 1024, n},
                256,
                0,
                device.upload(x),
                ld,
                width,
                out.q8(),
                out.meta(),
                out.half(),
                out.floats());
        forms("quantize_rows", out, expected, 1e-9);
    }

    private void swiglu(ScalarOps reference, int n, int width) {
        float[] gate = Inputs.random(n * width, random);
        float[] up = Inputs.random(n * width, random);
        Inputs out = Inputs.empty(device, n, width);
        device.launch(
                MODULE,
                "swiglu",
                new int[] {(width + 1023) / 1024, n},
                256,
                0,
                device.upload(gate),
                width,
                device.upload(up),
                width,
                width,
                out.q8(),
                out.meta(),
                out.half(),
                out.floats());
        reference.swiglu(gate, up, n * width);
        forms("swiglu", out, gate, 1e-6);
    }

    /** @param half pairs that are rotated, as (2i,2i+1) if {@code neighbouring}, else (i,i+half) */
    private record Heads(int heads, int kvHeads, int size, int half, boolean neighbouring) {
        int width() {
            return (heads + 2 * kvHeads) * size;
        }
    }

    private void rotate(Heads shape, boolean bias, boolean norms) {
        int layers = 2;
        int layer = 1;
        int context = 40;
        int[] positions = {0, 17, -1, 39};
        int n = positions.length;
        int ld = shape.width() + 2;
        float[] qkv = Inputs.random(n * ld, random);
        float[] biases = Inputs.random(ld, random);
        float[] qNorm = Inputs.random(shape.size(), random);
        float[] kNorm = Inputs.random(shape.size(), random);
        float[] cos = new float[context * shape.half()];
        float[] sin = new float[cos.length];
        for (int i = 0; i < cos.length; i++) {
            double angle = i / shape.half() * Math.pow(10_000, -(double) (i % shape.half()) / shape.half());
            cos[i] = (float) Math.cos(angle);
            sin[i] = (float) Math.sin(angle);
        }
        // Each row is a sequence of its own with three pages, in no order.
        int[] pages = {5, 0, 3, 7, 9, 1, -1, -1, -1, 2, 8, 4};
        int[] rows = new int[n * 4];
        for (int i = 0; i < n; i++) {
            rows[i * 4] = positions[i] < 0 ? -1 : 11;
            rows[i * 4 + 1] = positions[i];
            rows[i * 4 + 2] = i * 3;
        }
        int pageHalves = layers * shape.kvHeads() * 2 * 16 * shape.size();
        Buffer kv = device.fill(device.allocate(2L * 10 * pageHalves), 0);
        Buffer at = device.upload(qkv);
        device.launch(
                MODULE,
                "rope_store",
                new int[] {(shape.heads() + 2 * shape.kvHeads() + 3) / 4, n},
                128,
                0,
                at,
                ld,
                bias ? device.upload(biases) : null,
                norms ? device.upload(qNorm) : null,
                norms ? device.upload(kNorm) : null,
                EPSILON,
                device.upload(cos),
                device.upload(sin),
                shape.half(),
                shape.neighbouring() ? 1 : 0,
                device.upload(rows),
                device.upload(pages),
                kv,
                layer,
                layers,
                shape.heads(),
                shape.kvHeads(),
                shape.size());
        float[] expected = qkv.clone();
        float[] stored = new float[10 * pageHalves];
        for (int i = 0; i < n; i++) {
            for (int head = 0; positions[i] >= 0 && head < shape.heads() + 2 * shape.kvHeads(); head++) {
                float[] x = Arrays.copyOfRange(qkv, i * ld + head * shape.size(), i * ld + (head + 1) * shape.size());
                boolean value = head >= shape.heads() + shape.kvHeads();
                boolean query = head < shape.heads();
                for (int d = 0; bias && d < x.length; d++) {
                    x[d] += biases[head * shape.size() + d];
                }
                if (norms && !value) {
                    normalize(x, query ? qNorm : kNorm);
                }
                if (!value) {
                    turn(x, shape, cos, sin, positions[i]);
                }
                if (query) {
                    System.arraycopy(x, 0, expected, i * ld + head * shape.size(), x.length);
                } else {
                    int kvHead = (head - shape.heads()) % shape.kvHeads();
                    int page = pages[i * 3 + positions[i] / 16];
                    int to = ((page * layers + layer) * shape.kvHeads() + kvHead) * 2 * 16 * shape.size()
                            + (value ? 16 * shape.size() : 0)
                            + positions[i] % 16 * shape.size();
                    System.arraycopy(Inputs.halves(x), 0, stored, to, x.length);
                }
            }
        }
        String name = "rope_store heads=%d/%d size=%d".formatted(shape.heads(), shape.kvHeads(), shape.size());
        float[] out = device.floats(at);
        for (int i = 0; i < out.length; i++) {
            boolean query = i % ld < shape.heads() * shape.size();
            // Keys and values of the row may stay as they were or be changed.
            expected[i] = query || i % ld >= shape.width() ? expected[i] : out[i];
        }
        report.compare(name, out, expected, 2e-6);
        short[] halves = device.shorts(kv);
        float[] kept = new float[halves.length];
        IntStream.range(0, kept.length).forEach(i -> kept[i] = Float.float16ToFloat(halves[i]));
        report.compare(name + " pages", kept, stored, 0x1p-11);
    }

    private static void normalize(float[] x, float[] weight) {
        double sum = 0;
        for (float value : x) {
            sum += (double) value * value;
        }
        double scale = 1 / Math.sqrt(sum / x.length + EPSILON);
        for (int d = 0; d < x.length; d++) {
            x[d] = (float) (x[d] * scale * weight[d]);
        }
    }

    private static void turn(float[] x, Heads shape, float[] cos, float[] sin, int position) {
        for (int i = 0; i < shape.half(); i++) {
            int a = shape.neighbouring() ? 2 * i : i;
            int b = shape.neighbouring() ? 2 * i + 1 : i + shape.half();
            float c = cos[position * shape.half() + i];
            float s = sin[position * shape.half() + i];
            float real = x[a];
            float imaginary = x[b];
            x[a] = real * c - imaginary * s;
            x[b] = real * s + imaginary * c;
        }
    }
}
