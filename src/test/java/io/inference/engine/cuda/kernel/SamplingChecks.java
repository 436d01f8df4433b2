package io.inference.engine.cuda.kernel;

import io.inference.engine.cuda.kernel.Device.Buffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Checks of {@code scan_logits} and {@code sample}: greedy choice, logprobs, penalties, and what a draw may give. */
final class SamplingChecks {
    private static final String MODULE = "step";
    private static final int ROW = 16;
    private static final int RESULT = 48;
    private static final int FIRST_ID = 4;
    private static final int FIRST_LOGPROB = 24;

    private final Device device;
    private final Report report;
    private final Random random;

    SamplingChecks(Device device, Report report, long seed) {
        this.device = device;
        this.report = report;
        this.random = new Random(seed);
    }

    /** The options of one row, as the table of outputs has them. */
    private record Options(
            int row,
            int counter,
            float temperature,
            int topK,
            float topP,
            float minP,
            float repeat,
            int[] penalties,
            int alternatives) {
        static Options greedy(int row, int alternatives) {
            return new Options(row, 0, 0, 0, 1, 0, 1, new int[0], alternatives);
        }

        Options drawn(int at, int k, float p, float least) {
            return new Options(row, at, 0.8f, k, p, least, repeat, penalties, alternatives);
        }

        Options penalized(float penalty, int... pairs) {
            return new Options(row, counter, temperature, topK, topP, minP, penalty, pairs, alternatives);
        }
    }

    void run() {
        for (int vocabulary : new int[] {50, 5003}) {
            greedy(vocabulary);
            draws(vocabulary);
        }
        broken();
    }

    private void greedy(int vocabulary) {
        float[] logits = Inputs.random(3 * vocabulary, random);
        // A tie for the largest: the lowest id wins.
        logits[vocabulary + 41] = 9;
        logits[vocabulary + 7] = 9;
        int best = ranked(logits, 0, vocabulary).getFirst();
        int second = ranked(logits, 0, vocabulary).get(1);
        int[] results = sample(
                logits,
                vocabulary,
                List.of(
                        Options.greedy(0, 5),
                        Options.greedy(1, 20),
                        Options.greedy(-1, 0),
                        Options.greedy(0, 2).penalized(1e6f, best, 1)));
        String name = "sample greedy, vocabulary " + vocabulary;
        report.require(name + ": the largest", results[0] == best && results[1] == 0);
        report.require(name + ": lowest id of equals", results[RESULT] == 7);
        report.require(name + ": unused row", results[2 * RESULT] == -1);
        report.require(name + ": penalty", results[3 * RESULT] == (logits[best] > 0 ? second : best));
        for (int i = 0; i < 2; i++) {
            List<Integer> order = ranked(logits, i * vocabulary, vocabulary);
            int count = results[i * RESULT + 3];
            report.require(name + ": number of alternatives", count == (i == 0 ? 5 : 20));
            float[] logprobs = new float[count + 1];
            double[] expected = new double[count + 1];
            boolean sameIds = true;
            for (int j = 0; j < count; j++) {
                sameIds &= results[i * RESULT + FIRST_ID + j] == order.get(j);
                logprobs[j] = Float.intBitsToFloat(results[i * RESULT + FIRST_LOGPROB + j]);
                expected[j] = logprob(logits, i * vocabulary, vocabulary, order.get(j));
            }
            logprobs[count] = Float.intBitsToFloat(results[i * RESULT + 2]);
            expected[count] = logprob(logits, i * vocabulary, vocabulary, results[i * RESULT]);
            double[] allowed = new double[count + 1];
            Arrays.fill(allowed, 2e-5);
            report.require(name + ": alternatives", sameIds);
            report.compare(name + ": logprobs", logprobs, expected, allowed);
        }
    }

    private void draws(int vocabulary) {
        float[] logits = Inputs.random(vocabulary, random);
        List<Integer> order = ranked(logits, 0, vocabulary);
        List<Options> rows = IntStream.range(0, 6)
                .mapToObj(i -> Options.greedy(0, 0).drawn(i / 2, 3, 1, 0))
                .toList();
        int[] tokens = tokens(sample(logits, vocabulary, rows));
        String name = "sample drawn, vocabulary " + vocabulary;
        boolean allowed =
                Arrays.stream(tokens).allMatch(token -> order.indexOf(token) >= 0 && order.indexOf(token) < 3);
        boolean repeats = IntStream.range(0, 3).allMatch(i -> tokens[2 * i] == tokens[2 * i + 1]);
        report.require(name + ": of the top 3", allowed);
        report.require(name + ": the same seed and counter, the same token", repeats);
        report.require(
                name + ": other counters, other tokens",
                Arrays.stream(tokens).distinct().count() > 1);
        int[] narrow = tokens(sample(
                logits,
                vocabulary,
                List.of(
                        Options.greedy(0, 0).drawn(1, 0, 1e-6f, 0),
                        Options.greedy(0, 0).drawn(1, 0, 1, 1))));
        report.require(name + ": a tiny top-p leaves one", narrow[0] == order.getFirst());
        report.require(name + ": min-p of 1 leaves one", narrow[1] == order.getFirst());
        int[] wide = tokens(sample(
                logits,
                vocabulary,
                IntStream.range(0, 8)
                        .mapToObj(i -> Options.greedy(0, 0).drawn(i, 0, 1, 0))
                        .toList()));
        report.require(
                name + ": draws of everything are tokens and differ",
                Arrays.stream(wide).allMatch(token -> token >= 0 && token < vocabulary)
                        && Arrays.stream(wide).distinct().count() > 2);
    }

    private void broken() {
        float[] logits = Inputs.random(2 * 100, random);
        logits[3] = Float.NaN;
        int[] results = sample(logits, 100, List.of(Options.greedy(0, 0), Options.greedy(1, 0)));
        report.require("sample: a logit that is no number is reported", results[0] == -1 && (results[1] & 1) == 1);
        report.require("sample: and does not touch the other rows", results[RESULT] >= 0 && results[RESULT + 1] == 0);
    }

    private static int[] tokens(int[] results) {
        return IntStream.range(0, results.length / RESULT)
                .map(i -> results[i * RESULT])
                .toArray();
    }

    /** One launch of each kernel; every row of {@code options} samples from a copy of its row of the logits. */
    private int[] sample(float[] logits, int vocabulary, List<Options> options) {
        int m = options.size();
        int[] table = new int[m * ROW];
        int[] penalties = new int
                [2 + options.stream().mapToInt(it -> it.penalties().length).sum()];
        float[] copies = new float[m * vocabulary];
        int pairs = 0;
        for (int i = 0; i < m; i++) {
            Options it = options.get(i);
            System.arraycopy(logits, Math.max(0, it.row()) * vocabulary, copies, i * vocabulary, vocabulary);
            System.arraycopy(it.penalties(), 0, penalties, 2 * pairs, it.penalties().length);
            int[] row = {
                it.row() < 0 ? -1 : i,
                12345,
                678,
                it.counter(),
                Float.floatToIntBits(it.temperature()),
                it.topK(),
                Float.floatToIntBits(it.topP()),
                Float.floatToIntBits(it.minP()),
                Float.floatToIntBits(it.repeat()),
                0,
                0,
                pairs,
                it.penalties().length / 2,
                it.alternatives(),
                1,
                0
            };
            System.arraycopy(row, 0, table, i * ROW, ROW);
            pairs += it.penalties().length / 2;
        }
        Buffer at = device.upload(copies);
        Buffer outputs = device.upload(table);
        Buffer stats = device.allocate(4L * m * 64 * 4);
        Buffer results = device.allocate(4L * m * RESULT);
        device.launch(MODULE, "scan_logits", new int[] {64, m}, 256, 0, at, vocabulary, vocabulary, outputs, stats);
        device.launch(
                MODULE,
                "sample",
                new int[] {m},
                1024,
                0,
                at,
                vocabulary,
                vocabulary,
                outputs,
                device.upload(penalties),
                stats,
                results);
        return device.ints(results);
    }

    private static List<Integer> ranked(float[] logits, int from, int vocabulary) {
        return IntStream.range(0, vocabulary)
                .boxed()
                .sorted(Comparator.comparing((Integer id) -> -logits[from + id]).thenComparing(id -> id))
                .toList();
    }

    private static double logprob(float[] logits, int from, int vocabulary, int id) {
        double sum = 0;
        for (int i = 0; i < vocabulary; i++) {
            sum += Math.exp((double) logits[from + i] - logits[from + id]);
        }
        return -Math.log(sum);
    }
}
