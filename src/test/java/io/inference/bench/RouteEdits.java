package io.inference.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Edits one file of a folder of routes, every fifth time for the worse, and waits each time until what serves is what was written. */
final class RouteEdits {
    private static final String FILE = "rest-edited.camel.yaml";
    private static final int EVERY_FAULTY = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path folder;
    private final RestLoad client;
    private final Predicate<String> refused;
    private final List<Long> millis = new ArrayList<>();

    /**
     * @param refused whether the text of a fault has been told of
     */
    RouteEdits(Path folder, RestLoad client, Predicate<String> refused) {
        this.folder = folder;
        this.client = client;
        this.refused = refused;
    }

    void edit(int count) throws Exception {
        for (int i = 1; i <= count; i++) {
            if (i % EVERY_FAULTY == 0) {
                String fault = "setBoddy" + i;
                Files.writeString(folder.resolve(FILE), route("x").replace("setBody", fault));
                await("refusal of " + fault, () -> refused.test(fault));
            } else {
                String text = "text-" + i;
                long start = System.nanoTime();
                Files.writeString(folder.resolve(FILE), route(text));
                await(text, () -> serves(text));
                millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
            }
        }
    }

    /** Writes a file that no other edit wrote. */
    void write(String text) throws Exception {
        Files.writeString(folder.resolve(FILE), route(text));
    }

    /** From the write of a file to the first answer of the new routes, as {@code p50 …, p99 …}. */
    String latency() {
        Collections.sort(millis);
        return "p50 %d ms, p99 %d ms"
                .formatted(
                        millis.get(millis.size() / 2), millis.get(Math.min(millis.size() - 1, millis.size() * 99 / 100)));
    }

    private boolean serves(String text) {
        try {
            return client.get("/edited").equals(text);
        } catch (Exception e) {
            // Stock Camel has moments without a route.
            return false;
        }
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(String what, Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("waited too long for " + what);
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private static String route(String text) {
        return """
                - route:
                    id: rest-edited-say
                    routeConfigurationId: error-handling
                    description: Says what was edited last.
                    from:
                      id: from-rest-edited-say
                      uri: platform-http
                      parameters:
                        path: /edited
                      steps:
                        - to:
                            id: authenticate-edited
                            description: Find out who is calling
                            uri: direct
                            parameters:
                              name: authenticate
                        - setBody:
                            id: say-edited
                            description: Plain text
                            expression:
                              constant:
                                expression: %s
                """.formatted(text);
    }
}
