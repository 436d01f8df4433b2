package io.inference.bench;

import io.inference.embedded.SharedRabbit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Edits of the routes under load on all three doors; for comparison Camel's own reload under the same edits and callers
 * of one door; and the memory left after very many changes. Run from the project's root: {@code mvn -q test-compile
 * exec:exec@reload -Dbench.args="EDITS SECONDS CHANGES"}, by default 100 edits, 10 s of load before and after them, and
 * 1,000 changes. The exit status is 1 if a call to this service failed.
 */
public final class ReloadBenchmark {
    private static final Duration STOCK_AT_MOST = Duration.ofSeconds(90);
    private static final Duration STOCK_PATIENCE = Duration.ofSeconds(10);

    private final int edits;
    private final int seconds;
    private final int changes;

    private ReloadBenchmark(int edits, int seconds, int changes) {
        this.edits = edits;
        this.seconds = seconds;
        this.changes = changes;
    }

    public static void main(String[] args) throws Exception {
        ReloadBenchmark benchmark =
                new ReloadBenchmark(number(args, 0, 100), number(args, 1, 10), number(args, 2, 1_000));
        boolean sound = benchmark.measureService();
        benchmark.measureStock();
        System.exit(sound ? 0 : 1);
    }

    private static int number(String[] args, int index, int otherwise) {
        return index < args.length ? Integer.parseInt(args[index]) : otherwise;
    }

    /** @return whether no call failed */
    private boolean measureService() throws Exception {
        String missing = SharedRabbit.missing();
        if (!missing.isEmpty()) {
            System.out.println("the AMQP door is left out: " + missing);
        }
        try (ReloadLoad load = new ReloadLoad(folder("routes"), folder("data"), missing.isEmpty())) {
            load.startCallers();
            Rates rates = new Rates(load::answers);
            rates.during("warming up", seconds);
            rates.during("before", seconds);
            rates.of("during", () -> load.edit(edits));
            rates.during("after", seconds);
            load.stopCallers();
            System.out.printf("this service: %d edits, every fifth of them faulty%n", edits);
            report(load.failures(), load.answers(), load.edits());
            rates.print();

            load.reload(100);
            System.out.println("after " + (edits + 100) + " changes: " + load.footprint());
            load.reload(changes);
            System.out.println("after " + changes + " more: " + load.footprint());
            return load.failures().isEmpty();
        }
    }

    /** Valid edits, and then a faulty one and its correction. */
    private void measureStock() throws Exception {
        Path folder = folder("stock");
        try (EchoUpstream upstream = new EchoUpstream();
                StockCamel camel = new StockCamel(folder, upstream.url());
                RestLoad rest = new RestLoad(camel.baseUrl())) {
            Callers callers =
                    new Callers(List.of(rest), ReloadLoad.WHOLE_A_DOOR, ReloadLoad.STREAMS_A_DOOR, Duration.ZERO);
            RouteEdits edited = new RouteEdits(folder, rest);
            callers.start();
            Rates rates = new Rates(callers::answers);
            rates.during("warming up", seconds);
            rates.during("before", seconds);
            rates.of("during", () -> edit(edited));
            rates.during("after", seconds);
            System.out.println("Camel's own reload: sound edits");
            report(callers.failures(), callers.answers(), edited);
            rates.print();

            int failures = callers.failures().size();
            edited.writeFaulty("setBoddy");
            RouteEdits.await(() -> camel.failed() > 0, STOCK_PATIENCE);
            TimeUnit.SECONDS.sleep(seconds);
            System.out.printf(
                    "  a faulty edit: %d of 3 routes are left, %d calls fail in %d s%n",
                    camel.routes(), callers.failures().size() - failures, seconds);
            boolean mended = edited.edit("mended", STOCK_PATIENCE);
            System.out.println("  the file is put right: " + (mended ? "it serves" : "it does not serve in 10 s"));
            callers.stop();
        }
    }

    private void edit(RouteEdits edited) throws Exception {
        long end = System.nanoTime() + STOCK_AT_MOST.toNanos();
        for (int i = 1; i <= edits && System.nanoTime() < end; i++) {
            edited.edit("text-" + i, STOCK_PATIENCE);
        }
    }

    private static void report(List<String> failures, Map<String, Long> answers, RouteEdits edits) {
        System.out.println("  from write to first answer: " + edits.latency());
        System.out.printf("  %d failures; %s%n", failures.size(), answers);
        failures.stream().limit(5).forEach(failure -> System.out.println("    " + failure));
    }

    private static Path folder(String name) throws Exception {
        return Files.createTempDirectory(name);
    }

    /** Answers per second in consecutive parts of a run. */
    private static final class Rates {
        private final java.util.function.Supplier<Map<String, Long>> counts;
        private final StringBuilder table = new StringBuilder();

        private interface Part {
            void run() throws Exception;
        }

        Rates(java.util.function.Supplier<Map<String, Long>> counts) {
            this.counts = counts;
        }

        void during(String name, int seconds) throws Exception {
            of(name, () -> TimeUnit.SECONDS.sleep(seconds));
        }

        void of(String name, Part part) throws Exception {
            Map<String, Long> before = counts.get();
            long start = System.nanoTime();
            part.run();
            double took = (System.nanoTime() - start) / 1e9;
            table.append("  %s, a second:".formatted(name));
            counts.get()
                    .forEach((what, count) ->
                            table.append(" %s %.0f,".formatted(what, (count - before.get(what)) / took)));
            table.append(" in %.0f s%n".formatted(took));
        }

        void print() {
            System.out.print(table);
        }
    }
}
