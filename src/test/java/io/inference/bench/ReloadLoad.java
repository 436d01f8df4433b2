package io.inference.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.inference.RunningService;
import io.inference.embedded.SharedPostgres;
import io.inference.routes.RouteGenerations;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * Edits routes under load: whole answers and streams run without a pause while files change, every fifth time for the worse. Counts
 * calls that failed, streams that were not whole, and how long an edit takes to serve.
 *
 * <p>As a program: {@code ReloadLoad RELOADS SECONDS MORE} prints figures of {@code RELOADS} edits, the rate of answers in {@code SECONDS}
 * before and after them, and what {@code MORE} edits leave behind in memory and threads.
 */
public final class ReloadLoad implements AutoCloseable {
    private static final int CHUNKS = 16;
    private static final int UNARY_WORKERS = 4;
    private static final int STREAM_WORKERS = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String CHAT =
            "{\"model\":\"mock\",\"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    private final Path routes;
    private final HttpServer upstream;
    private final RunningService service;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
    private final List<Thread> workers = new ArrayList<>();
    private final AtomicLong answers = new AtomicLong();
    private final AtomicLong streams = new AtomicLong();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Long> editMillis = new ArrayList<>();
    private volatile boolean running = true;

    /**
     * @param routes an empty folder
     * @param data where the service keeps its own files
     */
    public ReloadLoad(Path routes, Path data) throws IOException {
        this.routes = routes;
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).toList()) {
                Files.copy(file, routes.resolve(file.getFileName()));
            }
        }
        upstream = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        upstream.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        upstream.createContext("/", ReloadLoad::answer);
        upstream.start();
        List<String> options = new ArrayList<>(SharedPostgres.options());
        options.addAll(List.of(
                "--routes-dir=" + routes,
                "--data-dir=" + data,
                "--log-level=error",
                "--inference-services-openai-base-url=http://127.0.0.1:"
                        + upstream.getAddress().getPort() + "/v1"));
        service = RunningService.start(options.toArray(String[]::new));
    }

    public void startLoad() {
        for (int i = 0; i < UNARY_WORKERS; i++) {
            workers.add(Thread.ofVirtual().start(() -> repeat(this::unary)));
        }
        for (int i = 0; i < STREAM_WORKERS; i++) {
            workers.add(Thread.ofVirtual().start(() -> repeat(this::stream)));
        }
    }

    /** Lets every call under way end. */
    public void stopLoad() throws InterruptedException {
        running = false;
        for (Thread worker : workers) {
            worker.join(PATIENCE);
        }
    }

    public List<String> failures() {
        return List.copyOf(failures);
    }

    public long answers() {
        return answers.get();
    }

    public long streams() {
        return streams.get();
    }

    /** From the write of a file to the first answer of the new routes, sorted. */
    public List<Long> editMillis() {
        List<Long> sorted = new ArrayList<>(editMillis);
        Collections.sort(sorted);
        return sorted;
    }

    /** Writes a file and waits until it serves. */
    public void edit(String text) throws Exception {
        Files.writeString(routes.resolve("rest-edited.camel.yaml"), route(text));
        long start = System.nanoTime();
        long deadline = start + PATIENCE.toNanos();
        while (!get("/edited").equals(text)) {
            checkDeadline(deadline, text);
            TimeUnit.MILLISECONDS.sleep(5);
        }
        editMillis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
    }

    /** Writes a faulty file and waits until it is refused. */
    public void editForTheWorse(int number) throws Exception {
        RouteGenerations generations = service.bean(RouteGenerations.class);
        Files.writeString(routes.resolve("rest-edited.camel.yaml"), route("x").replace("setBody", "set" + number));
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!generations.status().faults().toString().contains("set" + number)) {
            checkDeadline(deadline, "a refusal");
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private static void checkDeadline(long deadline, String what) {
        if (System.nanoTime() > deadline) {
            throw new IllegalStateException("waited too long for " + what);
        }
    }

    private void repeat(Work work) {
        while (running) {
            try {
                work.run();
            } catch (Exception e) {
                failures.add(e.toString());
            }
        }
    }

    private void unary() throws Exception {
        HttpResponse<String> answer = post("false");
        if (answer.statusCode() != 200 || !answer.body().contains("whole")) {
            failures.add(answer.statusCode() + " " + answer.body());
        }
        answers.incrementAndGet();
    }

    private void stream() throws Exception {
        HttpResponse<String> answer = post("true");
        long chunks =
                answer.body().lines().filter(line -> line.contains("\"tok")).count();
        if (answer.statusCode() != 200 || chunks != CHUNKS || !answer.body().contains("[DONE]")) {
            failures.add(answer.statusCode() + " stream of " + chunks + ": " + answer.body());
        }
        streams.incrementAndGet();
    }

    private HttpResponse<String> post(String stream) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(service.baseUrl() + "/v1/chat/completions"))
                        .POST(HttpRequest.BodyPublishers.ofString(CHAT.formatted(stream)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String get(String path) throws Exception {
        return client.send(
                        HttpRequest.newBuilder(URI.create(service.baseUrl() + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if (request.contains("\"stream\":true")) {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                for (int i = 0; i < CHUNKS; i++) {
                    String end = i == CHUNKS - 1 ? "\"stop\"" : "null";
                    write(
                            out,
                            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"tok" + i
                                    + "\"},\"finish_reason\":" + end + "}]}\n\n");
                    TimeUnit.MILLISECONDS.sleep(10);
                }
                write(out, "data: [DONE]\n\n");
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return;
        }
        byte[] body = (request.isEmpty()
                        ? "{\"object\":\"list\",\"data\":[{\"id\":\"mock\",\"object\":\"model\"}]}"
                        : "{\"choices\":[{\"index\":0,\"message\":{\"content\":\"whole\"},\"finish_reason\":\"stop\"}]}")
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
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

    @Override
    public void close() {
        running = false;
        service.close();
        upstream.stop(0);
        client.close();
    }

    private interface Work {
        void run() throws Exception;
    }

    public static void main(String[] args) throws Exception {
        int reloads = Integer.parseInt(args[0]);
        int seconds = Integer.parseInt(args[1]);
        int more = Integer.parseInt(args[2]);
        Path routes = Files.createTempDirectory("routes");
        try (ReloadLoad load = new ReloadLoad(routes, Files.createTempDirectory("data"))) {
            load.startLoad();
            TimeUnit.SECONDS.sleep(seconds);
            double before = load.rate(seconds);
            long start = System.nanoTime();
            long answered = load.answers();
            load.edits(reloads);
            double during = (load.answers() - answered) * 1e9 / (System.nanoTime() - start);
            double after = load.rate(seconds);
            load.stopLoad();
            List<Long> millis = load.editMillis();
            System.out.printf(
                    "%d edits, every fifth faulty: %d failures of %d answers and %d streams%n",
                    reloads, load.failures().size(), load.answers(), load.streams());
            load.failures().stream().limit(5).forEach(System.out::println);
            System.out.printf(
                    "from write to first answer: p50 %d ms, p99 %d ms%n",
                    millis.get(millis.size() / 2), millis.get(Math.min(millis.size() - 1, millis.size() * 99 / 100)));
            System.out.printf("answers/s before %.0f, during %.0f, after %.0f%n", before, during, after);
            load.edits(20);
            System.out.println("before " + more + " more: " + footprint());
            load.edits(more);
            System.out.println("after: " + footprint());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        System.exit(0);
    }

    /** Whole answers a second over the next seconds. */
    private double rate(int seconds) throws InterruptedException {
        long before = answers();
        TimeUnit.SECONDS.sleep(seconds);
        return (answers() - before) / (double) seconds;
    }

    public void edits(int count) throws Exception {
        for (int i = 1; i <= count; i++) {
            if (i % 5 == 0) {
                editForTheWorse(i);
            } else {
                edit("text" + i + "-" + System.nanoTime());
            }
        }
    }

    private static String footprint() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(300);
        }
        long metaspace = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getName().equals("Metaspace"))
                .mapToLong((MemoryPoolMXBean pool) -> pool.getUsage().getUsed())
                .sum();
        return "heap %d KiB, metaspace %d KiB, %d threads, %d classes"
                .formatted(
                        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1024,
                        metaspace / 1024,
                        ManagementFactory.getThreadMXBean().getThreadCount(),
                        ManagementFactory.getClassLoadingMXBean().getLoadedClassCount());
    }
}
