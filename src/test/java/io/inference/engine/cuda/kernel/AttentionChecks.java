package io.inference.engine.cuda.kernel;

import io.inference.engine.cuda.kernel.Device.Buffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Checks of attention over pages, for decode and prefill, against softmax as its definition reads, in doubles. */
final class AttentionChecks {
    private static final String MODULE = "step";
    private static final int SPLIT = 128;
    private static final int LAYERS = 2;
    private static final int LAYER = 1;

    private final Device device;
    private final Report report;
    private final Random random;

    AttentionChecks(Device device, Report report, long seed) {
        this.device = device;
        this.report = report;
        this.random = new Random(seed);
    }

    void run() {
        Cache small = new Cache(3, 1, 32, new int[] {1, 17, 300});
        decode(small, 1);
        decode(small, 3);
        decode(new Cache(8, 1, 64, new int[] {129}), 2);
        decode(new Cache(4, 2, 96, new int[] {40, 16}), 1);
        decode(new Cache(2, 1, 256, new int[] {33}), 1);
        fused(small, 2, true);
        fused(new Cache(4, 2, 96, new int[] {40, 16}), 1, false);
        prefill(small, new int[] {1, 5, 70});
        prefill(new Cache(8, 2, 64, new int[] {66}), new int[] {66});
        prefill(new Cache(2, 2, 96, new int[] {20, 130}), new int[] {20, 3});
        prefill(new Cache(2, 1, 256, new int[] {33}), new int[] {9});
    }

    /** Keys and values of sequences of the given lengths, in pages that are in no order. */
    private final class Cache {
        final int heads;
        final int kvHeads;
        final int size;
        final int[] lengths;
        final int[] offsets;
        final int[] pages;
        final float[] values;

        Cache(int heads, int kvHeads, int size, int[] lengths) {
            this.heads = heads;
            this.kvHeads = kvHeads;
            this.size = size;
            this.lengths = lengths;
            this.offsets = new int[lengths.length];
            List<Integer> ids = new ArrayList<>();
            for (int i = 0; i < lengths.length; i++) {
                offsets[i] = ids.size();
                for (int page = 0; page < (lengths[i] + 15) / 16; page++) {
                    ids.add(ids.size());
                }
            }
            Collections.shuffle(ids, random);
            pages = ids.stream().mapToInt(Integer::intValue).toArray();
            values = Inputs.halves(Inputs.random(pages.length * LAYERS * kvHeads * 2 * 16 * size, random));
            // What no position has reached is poison.
            for (int i = 0; i < lengths.length; i++) {
                for (int position = lengths[i]; position % 16 != 0; position++) {
                    for (int head = 0; head < kvHeads; head++) {
                        for (int d = 0; d < size; d++) {
                            values[at(i, position, head, false) + d] = Float.NaN;
                            values[at(i, position, head, true) + d] = Float.NaN;
                        }
                    }
                }
            }
        }

        int at(int sequence, int position, int head, boolean value) {
            int page = pages[offsets[sequence] + position / 16];
            return (((page * LAYERS + LAYER) * kvHeads + head) * 2 + (value ? 1 : 0)) * 16 * size
                    + position % 16 * size;
        }

        Buffer upload() {
            short[] halves = new short[values.length];
            for (int i = 0; i < halves.length; i++) {
                halves[i] = Float.floatToFloat16(values[i]);
            }
            return device.upload(halves);
        }

        int ld() {
            return (heads + 2 * kvHeads) * size;
        }

        int instance() {
            return size <= 32 ? 32 : size <= 64 ? 64 : size <= 128 ? 128 : 256;
        }

        /** One head's output for a query over the first {@code positions} positions. */
        void attend(float[] qkv, int queryAt, int sequence, int positions, int head, double[] out, int to) {
            int kvHead = head / (heads / kvHeads);
            double[] p = new double[positions];
            double largest = Double.NEGATIVE_INFINITY;
            for (int t = 0; t < positions; t++) {
                int key = at(sequence, t, kvHead, false);
                for (int d = 0; d < size; d++) {
                    p[t] += (double) values[key + d] * qkv[queryAt + d] / Math.sqrt(size);
                }
                largest = Math.max(largest, p[t]);
            }
            double total = 0;
            for (int t = 0; t < positions; t++) {
                p[t] = Math.exp(p[t] - largest);
                total += p[t];
            }
            for (int t = 0; t < positions; t++) {
                int value = at(sequence, t, kvHead, true);
                for (int d = 0; d < size; d++) {
                    out[to + d] += p[t] / total * values[value + d];
                }
            }
        }
    }

    /** A row for each sequence, at its last position, and an unused one. */
    private void decode(Cache cache, int splits) {
        int n = cache.lengths.length + 1;
        int width = cache.heads * cache.size;
        float[] qkv = Inputs.random(n * cache.ld(), random);
        int[] rows = new int[n * 4];
        double[] expected = new double[n * width];
        int longest = 0;
        for (int i = 0; i < n; i++) {
            boolean used = i < cache.lengths.length;
            rows[i * 4] = used ? 1 : -1;
            rows[i * 4 + 1] = used ? cache.lengths[i] - 1 : -1;
            rows[i * 4 + 2] = used ? cache.offsets[i] : 0;
            for (int head = 0; used && head < cache.heads; head++) {
                int query = i * cache.ld() + head * cache.size;
                cache.attend(qkv, query, i, cache.lengths[i], head, expected, i * width + head * cache.size);
                longest = Math.max(longest, cache.lengths[i]);
            }
        }
        int most = (longest + SPLIT - 1) / SPLIT;
        int across = cache.kvHeads * ((cache.heads / cache.kvHeads + 3) / 4);
        Inputs out = Inputs.empty(device, n, width);
        Buffer counters = device.fill(device.allocate(4L * n * across), 0);
        Buffer partial = device.allocate(4L * n * cache.heads * most * (cache.size + 2));
        Buffer table = device.upload(rows);
        Buffer pages = device.upload(cache.pages);
        Buffer kv = cache.upload();
        Buffer at = device.upload(qkv);
        // Twice: a launch leaves the counters as it found them.
        for (int run = 0; run < 2; run++) {
            device.launch(
                    MODULE,
                    "attention_decode_d" + cache.instance(),
                    new int[] {across, n, splits},
                    256,
                    0,
                    at,
                    cache.ld(),
                    table,
                    pages,
                    kv,
                    LAYER,
                    LAYERS,
                    cache.heads,
                    cache.kvHeads,
                    cache.size,
                    partial,
                    counters,
                    most,
                    out.q8(),
                    out.meta(),
                    out.half(),
                    out.floats());
        }
        String name = "attention_decode heads=%d/%d size=%d longest=%d splits=%d"
                .formatted(cache.heads, cache.kvHeads, cache.size, longest, splits);
        compare(name, out, expected, 2e-5);
        report.compare(name + " integers", out.readIntegers(device), Inputs.rounded(out.readFloats(device)), 0x1p-20);
    }

    /** Rotation, storing and attention in one kernel: the same bits as in two. */
    private void fused(Cache cache, int splits, boolean neighbouring) {
        int n = cache.lengths.length;
        int half = cache.size / 2;
        int longest = Arrays.stream(cache.lengths).max().orElseThrow();
        int most = (longest + SPLIT - 1) / SPLIT;
        int across = cache.kvHeads * ((cache.heads / cache.kvHeads + 3) / 4);
        int[] table = new int[n * 4];
        for (int i = 0; i < n; i++) {
            table[i * 4] = 1;
            table[i * 4 + 1] = cache.lengths[i] - 1;
            table[i * 4 + 2] = cache.offsets[i];
        }
        float[] qkv = Inputs.random(n * cache.ld(), random);
        Buffer rows = device.upload(table);
        Buffer pages = device.upload(cache.pages);
        Buffer bias = device.upload(Inputs.random(cache.ld(), random));
        Buffer qNorm = device.upload(Inputs.random(cache.size, random));
        Buffer kNorm = device.upload(Inputs.random(cache.size, random));
        Buffer cos = device.upload(Inputs.random(longest * half, random));
        Buffer sin = device.upload(Inputs.random(longest * half, random));
        Buffer counters = device.fill(device.allocate(4L * n * across), 0);
        Buffer partial = device.allocate(4L * n * cache.heads * most * (cache.size + 2));
        Object[] rotation = {cache.ld(), bias, qNorm, kNorm, 1e-5f, cos, sin, half, neighbouring ? 1 : 0, rows, pages};
        Object[] shape = {LAYER, LAYERS, cache.heads, cache.kvHeads, cache.size};
        Object[] scratch = {partial, counters, most};
        int[] grid = {across, n, splits};
        Inputs two = Inputs.empty(device, n, cache.heads * cache.size);
        Buffer at = device.upload(qkv);
        Buffer kv = cache.upload();
        int warps = (cache.heads + 2 * cache.kvHeads + 3) / 4;
        device.launch(
                MODULE,
                "rope_store",
                new int[] {warps, n},
                128,
                0,
                joined(new Object[] {at}, rotation, new Object[] {kv}, shape));
        Object[] rotated = {at, cache.ld(), rows, pages, kv};
        device.launch(
                MODULE,
                "attention_decode_d" + cache.instance(),
                grid,
                256,
                0,
                joined(rotated, shape, scratch, two.all()));
        Inputs one = Inputs.empty(device, n, cache.heads * cache.size);
        Buffer stored = cache.upload();
        Object[] raw = {device.upload(qkv)};
        device.launch(
                MODULE,
                "attention_step_d" + cache.instance(),
                grid,
                256,
                0,
                joined(raw, rotation, new Object[] {stored}, shape, scratch, one.all()));
        String name = "attention_step heads=%d/%d size=%d".formatted(cache.heads, cache.kvHeads, cache.size);
        report.compare(name, one.readFloats(device), two.readFloats(device), 1e-12);
        report.require(name + " pages", Arrays.equals(device.shorts(stored), device.shorts(kv)));
    }

    private static Object[] joined(Object[]... parts) {
        return Arrays.stream(parts).flatMap(Arrays::stream).toArray();
    }

    /** The last {@code counts[i]} positions of each sequence, in tiles of up to 64. */
    private void prefill(Cache cache, int[] counts) {
        int width = cache.heads * cache.size;
        List<int[]> tiles = new ArrayList<>();
        int n = 0;
        for (int i = 0; i < counts.length; i++) {
            for (int from = 0; from < counts[i]; from += 64) {
                int position = cache.lengths[i] - counts[i] + from;
                tiles.add(new int[] {n + from, Math.min(64, counts[i] - from), position, cache.offsets[i]});
            }
            n += counts[i];
        }
        float[] qkv = Inputs.random(n * cache.ld(), random);
        double[] expected = new double[n * width];
        int row = 0;
        for (int i = 0; i < counts.length; i++) {
            for (int j = 0; j < counts[i]; j++, row++) {
                for (int head = 0; head < cache.heads; head++) {
                    int positions = cache.lengths[i] - counts[i] + j + 1;
                    int query = row * cache.ld() + head * cache.size;
                    cache.attend(qkv, query, i, positions, head, expected, row * width + head * cache.size);
                }
            }
        }
        int[] table = tiles.stream().flatMapToInt(Arrays::stream).toArray();
        Inputs out = Inputs.empty(device, n, width);
        device.launch(
                MODULE,
                "attention_prefill_d" + cache.instance(),
                new int[] {cache.heads, tiles.size()},
                128,
                0,
                device.upload(qkv),
                cache.ld(),
                device.upload(table),
                device.upload(cache.pages),
                cache.upload(),
                LAYER,
                LAYERS,
                cache.heads,
                cache.kvHeads,
                cache.size,
                null,
                null,
                out.half(),
                out.floats());
        String name =
                "attention_prefill heads=%d/%d size=%d rows=%d".formatted(cache.heads, cache.kvHeads, cache.size, n);
        // Tensor cores take queries and probabilities as halves.
        compare(name, out, expected, device.architecture() >= 80 ? 4e-3 : 1e-3);
    }

    private void compare(String name, Inputs out, double[] expected, double bound) {
        double[] allowed = new double[expected.length];
        Arrays.fill(allowed, bound);
        float[] floats = out.readFloats(device);
        report.compare(name, floats, expected, allowed);
        report.compare(name + " halves", out.readHalves(device), Inputs.halves(floats), 0x1p-20);
    }
}
