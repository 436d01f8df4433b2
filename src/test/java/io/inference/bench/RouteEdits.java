package io.inference.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Edits one file of a folder of routes, and waits until the written routes serve. */
final class RouteEdits {
    private static final String FILE = "rest-edited.camel.yaml";

    private final Path folder;
    private final RestLoad client;
    private final List<Long> millis = new ArrayList<>();

    RouteEdits(Path folder, RestLoad client) {
        this.folder = folder;
        this.client = client;
    }

    /** Writes a route that answers with a text. */
    void write(String text) throws IOException {
        Files.writeString(folder.resolve(FILE), route(text));
    }

    /** Writes a route with an unknown step. */
    void writeFaulty(String step) throws IOException {
        Files.writeString(folder.resolve(FILE), route("x").replace("setBody", step));
    }

    /**
     * Writes a route and waits until it serves.
     *
     * @return whether it did in time
     */
    boolean edit(String text, Duration patience) throws Exception {
        long start = System.nanoTime();
        write(text);
        boolean served = await(() -> serves(text), patience);
        if (served) {
            millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        }
        return served;
    }

    /** From the write of a file to the first answer of the new routes, as {@code 80 edits, p50 …, p99 …}. */
    String latency() {
        List<Long> sorted = millis.stream().sorted().toList();
        return sorted.isEmpty()
                ? "nothing served"
                : "%d edits served, p50 %d ms, p99 %d ms"
                        .formatted(sorted.size(), sorted.get(sorted.size() / 2), sorted.get(sorted.size() * 99 / 100));
    }

    /** @return whether the condition held in time */
    static boolean await(BooleanSupplier condition, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return true;
    }

    static void mustBe(boolean held, String what) {
        if (!held) {
            throw new IllegalStateException("waited too long until " + what);
        }
    }

    private boolean serves(String text) {
        try {
            return client.get("/edited").equals(text);
        } catch (Exception e) {
            // Stock Camel has moments without a route.
            return false;
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
