package io.inference.bench;

import io.inference.RunningService;
import io.inference.grpc.GrpcCaller;
import io.inference.grpc.server.BareEcho;
import io.inference.grpc.v1.ChatResponse;
import io.inference.grpc.v1.InferenceServiceGrpc.InferenceServiceBlockingStub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Unary chats per second through the whole gRPC door (interceptor, Camel routes, authenticate, admit, a flow that
 * answers at once, and back) compared with bare grpc-java with the same interceptor, client and server in one process,
 * one connection for each thread. Run from the project's root: {@code mvn -q test-compile exec:exec@jmh
 * -Dbench=GrpcBenchmark}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(
        value = 1,
        jvmArgs = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 4, time = 5)
@Measurement(iterations = 3, time = 5)
public class GrpcBenchmark {
    @Param({"echo", "door"})
    String server;

    private AutoCloseable running;
    private int port;

    @Setup
    public void start() throws IOException {
        if (server.equals("echo")) {
            BareEcho echo = new BareEcho();
            running = echo;
            port = echo.port();
            return;
        }
        RunningService service = RunningService.start(
                "--routes-dir=" + routes(),
                "--spring.main.sources=" + EchoChat.class.getName(),
                "--log-level=warn",
                "--spring.main.log-startup-info=false");
        running = service;
        port = service.grpcPort();
    }

    /** The service's own routes, except for the flow. */
    private static Path routes() throws IOException {
        Path folder = Files.createTempDirectory("routes");
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        Files.writeString(folder.resolve("chat.camel.yaml"), EchoChat.ROUTE);
        return folder;
    }

    @TearDown
    public void stop() throws Exception {
        running.close();
    }

    /** One caller with a connection of its own. */
    @State(Scope.Thread)
    public static class Connection {
        private GrpcCaller caller;
        private InferenceServiceBlockingStub stub;

        @Setup(Level.Trial)
        public void open(GrpcBenchmark benchmark) {
            caller = new GrpcCaller(benchmark.port);
            stub = caller.stub();
        }

        @TearDown(Level.Trial)
        public void close() {
            caller.close();
        }
    }

    @Benchmark
    @Threads(1)
    public ChatResponse oneConnection(Connection connection) {
        return connection.stub.chat(GrpcCaller.ASK);
    }

    @Benchmark
    @Threads(8)
    public ChatResponse eightConnections(Connection connection) {
        return connection.stub.chat(GrpcCaller.ASK);
    }
}
