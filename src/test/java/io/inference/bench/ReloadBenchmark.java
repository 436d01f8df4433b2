package io.inference.bench;

import io.inference.embedded.SharedRabbit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Edits of the routes under load on all three doors, Camel's own reload beside it under the same edits and callers of one door, and what
 * very many changes leave behind. Run from the project's root:
 * {@code mvn -q test-compile exec:exec@reload -Dbench.args="EDITS SECONDS CHANGES"}, by default 100 edits, 10 s of load before and after
 * them, and 1,000 changes.
 */
public final class ReloadBenchmark {
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
        benchmark.measureStock();
        benchmark.measureService();
        System.exit(0);
    }

    private static int number(String[] args, int index, int otherwise) {
        return index < args.length ? Integer.parseInt(args[index]) : otherwise;
    }

    private void measureService() throws Exception {
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
            report("this service", load.failures(), load.answers(), load.latency());
            rates.print();

            load.reload(100);
            System.out.println("after " + (edits + 100) + " changes: " + load.footprint());
            load.reload(changes);
            System.out.println("after " + changes + " more: " + load.footprint());
        }
    }

    private void measureStock() throws Exception {
        Path folder = folder("stock");
        try (EchoUpstream upstream = new EchoUpstream();
                StockCamel camel = new StockCamel(folder, upstream.url());
                RestLoad rest = new RestLoad(camel.baseUrl())) {
            Callers callers = new Callers(List.of(rest));
            int[] failed = {0};
            int[] withoutRoutes = {0};
            RouteEdits edited = new RouteEdits(folder, rest, fault -> {
                boolean told = camel.failed() > failed[0];
                if (told) {
                    failed[0] = camel.failed();
                    withoutRoutes[0] += camel.routes() == 0 ? 1 : 0;
                }
                return told;
            });
            callers.start();
            Rates rates = new Rates(callers::answers);
            rates.during("warming up", seconds);
            rates.during("before", seconds);
            rates.of("during", () -> edited.edit(edits));
            rates.during("after", seconds);
            callers.stop();
            report("Camel's own reload", callers.failures(), callers.answers(), edited.latency());
            System.out.println("  faulty edits that left no route at all: " + withoutRoutes[0] + " of " + failed[0]);
            rates.print();
        }
    }

    private void report(String what, List<String> failures, Map<String, Long> answers, String latency) {
        System.out.printf("%s: %d edits, every fifth faulty%n", what, edits);
        System.out.printf("  %d failures of %s%n", failures.size(), answers);
        failures.stream().limit(5).forEach(failure -> System.out.println("    " + failure));
        System.out.println("  from write to first answer: " + latency);
    }

    private static Path folder(String name) throws Exception {
        return Files.createTempDirectory(name);
    }

    /** Answers a second in one part of a run after the other. */
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
            counts.get().forEach((what, count) -> table.append(" %s %.0f,".formatted(what, (count - before.get(what)) / took)));
            table.append(" in %.0f s%n".formatted(took));
        }

        void print() {
            System.out.print(table);
        }
    }
}
