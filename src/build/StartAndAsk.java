import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.inference.grpc.v1.ChatRequest;
import io.inference.grpc.v1.InferenceServiceGrpc;
import io.inference.grpc.v1.InferenceServiceGrpc.InferenceServiceBlockingStub;
import io.inference.grpc.v1.Message;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Starts the service, sends requests of all kinds to it and stops it, so that the JVM records what an AOT cache needs,
 * and says how long that took: {@code StartAndAsk SECONDS COMMAND…}. The service's variables name its ports, which are
 * not 0, and BOOTSTRAP_API_KEY; the first model that it lists is asked. Exits with 1 if a request fails.
 */
public class StartAndAsk {
    private static final Duration START_LIMIT = Duration.ofMinutes(5);
    /** The JVM writes its cache then. */
    private static final Duration STOP_LIMIT = Duration.ofMinutes(10);

    private static final long WINDOW_SECONDS = 10;

    private final HttpClient client = HttpClient.newHttpClient();
    private final String rest = "http://127.0.0.1:" + System.getenv().getOrDefault("PORT", "8000");
    private final String key = System.getenv("BOOTSTRAP_API_KEY");
    private String model = "";

    public static void main(String[] args) throws Exception {
        System.exit(
                new StartAndAsk().run(Integer.parseInt(args[0]), List.of(args).subList(1, args.length)));
    }

    private int run(int seconds, List<String> command) throws Exception {
        long start = System.nanoTime();
        Process service = new ProcessBuilder(command).inheritIO().start();
        try {
            awaitReady(service, start);
            model = new ObjectMapper()
                    .readTree(get("/v1/models"))
                    .at("/data/0/id")
                    .asText();
            askByGrpc();
            askInWindows(service, seconds);
        } finally {
            service.destroy();
        }
        if (!service.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            service.destroyForcibly();
            throw new IllegalStateException("the service does not stop");
        }
        return 0;
    }

    private void awaitReady(Process service, long start) throws Exception {
        while (!ready()) {
            if (!service.isAlive() || System.nanoTime() - start > START_LIMIT.toNanos()) {
                throw new IllegalStateException("the service does not become ready");
            }
            Thread.sleep(20);
        }
        System.out.printf(
                "ready after %d ms and %d ms of CPU%n", (System.nanoTime() - start) / 1_000_000, cpuMillis(service));
    }

    private boolean ready() throws InterruptedException {
        try {
            return client.send(request("/health").build(), BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private void askInWindows(Process service, int seconds) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        do {
            List<Long> micros = new ArrayList<>();
            long cpu = cpuMillis(service);
            long until = Math.min(end, System.nanoTime() + TimeUnit.SECONDS.toNanos(WINDOW_SECONDS));
            do {
                long sent = System.nanoTime();
                askOnce();
                micros.add((System.nanoTime() - sent) / 1000);
            } while (System.nanoTime() < until);
            micros.sort(null);
            System.out.printf(
                    "%d rounds: median %d µs, p99 %d µs, CPU %d µs a round%n",
                    micros.size(),
                    micros.get(micros.size() / 2),
                    micros.get(micros.size() * 99 / 100),
                    (cpuMillis(service) - cpu) * 1000 / micros.size());
        } while (System.nanoTime() < end);
    }

    /** A round: each kind of request once, answers of one token; src/test/bench's mock answers "short" so. */
    private void askOnce() throws Exception {
        String chat = "\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"short\"}]";
        expect(200, post("/v1/chat/completions", "{" + chat + ",\"max_tokens\":1}"));
        expect(200, post("/v1/chat/completions", "{" + chat + ",\"max_tokens\":1,\"stream\":true}"));
        expect(200, post("/api/chat", "{" + chat + ",\"stream\":true,\"options\":{\"num_predict\":1}}"));
        expect(404, post("/v1/chat/completions", "{" + chat.replace(model, "no-such-model") + "}"));
        expect(200, request("/v1/models"));
        expect(200, request("/health"));
    }

    private void askByGrpc() throws InterruptedException {
        int port = Integer.parseInt(System.getenv().getOrDefault("GRPC_PORT", "50051"));
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + key);
        InferenceServiceBlockingStub stub = InferenceServiceGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
        ChatRequest.Builder chat = ChatRequest.newBuilder()
                .setModel(model)
                .addMessages(Message.newBuilder().setRole("user").setContent("Hi"));
        chat.getOptionsBuilder().setMaxTokens(1);
        stub.chat(chat.build());
        stub.chatStream(chat.build()).forEachRemaining(chunk -> {});
        channel.shutdown().awaitTermination(10, TimeUnit.SECONDS);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(rest + path)).header("Authorization", "Bearer " + key);
    }

    private HttpRequest.Builder post(String path, String body) {
        return request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
    }

    private String get(String path) throws Exception {
        return client.send(request(path).build(), BodyHandlers.ofString()).body();
    }

    private void expect(int status, HttpRequest.Builder request) throws Exception {
        var answer = client.send(request.build(), BodyHandlers.ofString());
        if (answer.statusCode() != status) {
            throw new IllegalStateException(answer.uri() + ": " + answer.statusCode() + " " + answer.body());
        }
    }

    private static long cpuMillis(Process process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toMillis();
    }
}
