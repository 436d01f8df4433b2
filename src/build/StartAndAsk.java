import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.inference.grpc.v1.ChatRequest;
import io.inference.grpc.v1.InferenceServiceGrpc;
import io.inference.grpc.v1.InferenceServiceGrpc.InferenceServiceBlockingStub;
import io.inference.grpc.v1.Message;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Starts the service, sends requests of all kinds to it and stops it, so that the JVM records what an AOT cache needs,
 * and says how long that took: {@code StartAndAsk SECONDS COMMAND…}. The service's variables name its ports, which are
 * not 0, and BOOTSTRAP_API_KEY; every model that it lists is asked. If they name no server of OpenAI's or Ollama's
 * protocol, this program is one, whose answers have one token. Exits with 1 if a request fails.
 */
public class StartAndAsk {
    private static final Duration START_LIMIT = Duration.ofMinutes(5);
    /** The JVM writes its cache then. */
    private static final Duration STOP_LIMIT = Duration.ofMinutes(10);

    private static final long WINDOW_SECONDS = 10;

    private final HttpClient client = HttpClient.newHttpClient();
    private final String rest = "http://127.0.0.1:" + System.getenv().getOrDefault("PORT", "8000");
    private final String key = System.getenv("BOOTSTRAP_API_KEY");
    private final List<String> models = new ArrayList<>();

    public static void main(String[] args) throws Exception {
        System.exit(
                new StartAndAsk().run(Integer.parseInt(args[0]), List.of(args).subList(1, args.length)));
    }

    private int run(int seconds, List<String> command) throws Exception {
        long start = System.nanoTime();
        Process service = startWithUpstream(command);
        ManagedChannel channel = channel();
        try {
            awaitReady(service, start);
            for (JsonNode model : new ObjectMapper().readTree(get("/v1/models")).path("data")) {
                models.add(model.path("id").asText());
            }
            askInWindows(service, stub(channel), seconds);
        } finally {
            channel.shutdownNow();
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

    private void askInWindows(Process service, InferenceServiceBlockingStub grpc, int seconds) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        do {
            List<Long> micros = new ArrayList<>();
            long cpu = cpuMillis(service);
            long until = Math.min(end, System.nanoTime() + TimeUnit.SECONDS.toNanos(WINDOW_SECONDS));
            do {
                long sent = System.nanoTime();
                askOnce(grpc);
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
    private void askOnce(InferenceServiceBlockingStub grpc) throws Exception {
        for (String model : models) {
            String chat = "\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"short\"}]";
            expect(200, post("/v1/chat/completions", "{" + chat + ",\"max_tokens\":1}"));
            expect(200, post("/v1/chat/completions", "{" + chat + ",\"max_tokens\":1,\"stream\":true}"));
            expect(200, post("/api/chat", "{" + chat + ",\"stream\":true,\"options\":{\"num_predict\":1}}"));
            expect(404, post("/v1/chat/completions", "{" + chat.replace(model, "no-such-model") + "}"));
            askByGrpc(grpc, model);
            if (model.startsWith("upstream-")) {
                expect(200, post("/v1/embeddings", "{\"model\":\"" + model + "\",\"input\":\"short\"}"));
            }
        }
        expect(200, request("/v1/models"));
        expect(200, request("/health"));
    }

    private static void askByGrpc(InferenceServiceBlockingStub grpc, String model) {
        ChatRequest.Builder chat = ChatRequest.newBuilder()
                .setModel(model)
                .addMessages(Message.newBuilder().setRole("user").setContent("short"));
        chat.getOptionsBuilder().setMaxTokens(1);
        grpc.chat(chat.build());
        grpc.chatStream(chat.build()).forEachRemaining(chunk -> {});
    }

    private static ManagedChannel channel() {
        int port = Integer.parseInt(System.getenv().getOrDefault("GRPC_PORT", "50051"));
        return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    }

    private InferenceServiceBlockingStub stub(ManagedChannel channel) {
        Metadata headers = new Metadata();
        headers.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + key);
        return InferenceServiceGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    private static Process startWithUpstream(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        Map<String, String> variables = builder.environment();
        String openAi = "INFERENCE_SERVICES_OPENAI_BASE_URL";
        String ollama = "INFERENCE_SERVICES_OLLAMA_BASE_URL";
        if (!variables.containsKey(openAi) && !variables.containsKey(ollama)) {
            String url = "http://127.0.0.1:" + upstream().getAddress().getPort();
            variables.put(openAi, url + "/v1");
            variables.put(ollama, url);
        }
        return builder.start();
    }

    private static HttpServer upstream() throws IOException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(
                Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory()));
        server.createContext("/", StartAndAsk::answer);
        server.start();
        return server;
    }

    private static void answer(HttpExchange exchange) throws IOException {
        String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        boolean streamed = request.replace(" ", "").contains("\"stream\":true");
        String openAi = "\"id\":\"1\",\"created\":1700000000,\"model\":\"upstream-openai\",";
        String usage = "\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":1,\"total_tokens\":6}";
        String ollama = "{\"model\":\"upstream-ollama\",\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},";
        String ended = "\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":5,\"eval_count\":1}\n";
        String body = switch (exchange.getRequestURI().getPath()) {
            case "/v1/models" -> "{\"object\":\"list\",\"data\":[{\"id\":\"upstream-openai\"}]}";
            case "/v1/chat/completions" ->
                streamed
                        ? "data: {" + openAi + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\n"
                                + "data: {" + openAi + "\"choices\":[{\"index\":0,\"delta\":{},"
                                + "\"finish_reason\":\"stop\"}]}\n\n"
                                + "data: {" + openAi + "\"choices\":[]," + usage + "}\n\ndata: [DONE]\n\n"
                        : "{" + openAi + "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                                + "\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]," + usage + "}";
            case "/v1/embeddings" ->
                "{\"object\":\"list\",\"data\":[{\"index\":0,\"embedding\":[0.5,-0.25,0.125]}],"
                        + "\"usage\":{\"prompt_tokens\":5,\"total_tokens\":5}}";
            case "/api/tags" -> "{\"models\":[{\"name\":\"upstream-ollama\"}]}";
            case "/api/chat" -> (streamed ? ollama + "\"done\":false}\n" : "") + ollama + ended;
            case "/api/embed" -> "{\"embeddings\":[[0.5,-0.25,0.125]],\"prompt_eval_count\":5}";
            default -> "{}";
        };
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String type = body.startsWith("data:") ? "text/event-stream" : "application/json";
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
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
