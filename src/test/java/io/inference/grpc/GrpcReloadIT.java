package io.inference.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.inference.RunningService;
import io.inference.embedded.SharedPostgres;
import io.inference.grpc.v1.EmbedRequest;
import io.inference.stub.StubServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrpcReloadIT {
    @TempDir
    Path folder;

    @TempDir
    Path data;

    @Test
    void aStreamEndsOnTheRoutesThatItBeganOnWhileOthersServe() throws Exception {
        copyRoutes();
        CountDownLatch goOn = new CountDownLatch(1);
        try (StubServer upstream = StubOpenAi.with((request, connection) -> {
                    connection.begin(200, "text/event-stream");
                    connection.chunk(StubOpenAi.event(true, "one"));
                    goOn.await();
                    connection.chunk(StubOpenAi.event(true, "two"));
                    connection.chunk("data: [DONE]\n\n");
                    connection.end();
                });
                RunningService service = start(
                        "--inference-services-openai-base-url=" + upstream.url() + "/v1", "--routes-dir=" + folder);
                GrpcCaller caller = new GrpcCaller(service.grpcPort())) {
            var chunks = caller.stub().chatStream(GrpcCaller.ASK);
            assertThat(chunks.next().getDelta().getContent()).isEqualTo("one");
            assertThat(embed(caller)).isNotEqualTo(Code.UNIMPLEMENTED);

            Path file = folder.resolve("grpc-api.camel.yaml");
            String text = Files.readString(file);
            int embed = text.indexOf("- route:\n    id: grpc-api-embed");
            Files.writeString(
                    file, text.substring(0, embed) + text.substring(text.indexOf("- route:\n    id: grpc-api-models")));
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(embed(caller)).isEqualTo(Code.UNIMPLEMENTED));

            goOn.countDown();
            assertThat(chunks.next().getDelta().getContent()).isEqualTo("two");
            chunks.forEachRemaining(rest -> {});
        }
    }

    private RunningService start(String... options) {
        return RunningService.start(Stream.concat(
                        SharedPostgres.options().stream(),
                        Stream.concat(Stream.of("--data-dir=" + data), Stream.of(options)))
                .toArray(String[]::new));
    }

    private static Code embed(GrpcCaller caller) {
        return catchThrowableOfType(
                        StatusRuntimeException.class,
                        () -> caller.stub()
                                .embed(EmbedRequest.newBuilder()
                                        .setModel("nobody")
                                        .addInput("a")
                                        .build()))
                .getStatus()
                .getCode();
    }

    private void copyRoutes() throws Exception {
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
    }
}
