package io.inference.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.inference.RunningService;
import io.inference.embedded.SharedPostgres;
import io.inference.grpc.v1.EmbedRequest;
import io.inference.routes.generation.RouteGenerations;
import io.inference.security.TestIssuer;
import io.inference.stub.StubServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
            Files.writeString(file, withoutEmbed(Files.readString(file)));
            await().untilAsserted(() -> assertThat(embed(caller)).isEqualTo(Code.UNIMPLEMENTED));

            goOn.countDown();
            assertThat(chunks.next().getDelta().getContent()).isEqualTo("two");
            chunks.forEachRemaining(rest -> {});
        }
    }

    @Test
    void aCandidateServesAdminsWhoAskForItUntilItIsDecided() throws Exception {
        copyRoutes();
        Path file = folder.resolve("grpc-api.camel.yaml");
        String whole = Files.readString(file);
        Files.writeString(file, withoutEmbed(whole));
        try (TestIssuer issuer = new TestIssuer();
                RunningService service = start(
                        "--routes-dir=" + folder,
                        "--routes-commit=manual",
                        "--auth-issuer=" + issuer.url(),
                        "--auth-audience=" + TestIssuer.AUDIENCE);
                GrpcCaller caller = new GrpcCaller(service.grpcPort())) {
            RouteGenerations generations = service.bean(RouteGenerations.class);
            String staff = "Bearer " + issuer.token();
            String admin = "Bearer " + issuer.token(claims -> claims.claim("groups", List.of("admins")));
            assertThat(preview(caller, admin)).as("none waits").isEqualTo(Code.ABORTED);

            Files.writeString(file, whole);
            await().untilAsserted(
                            () -> assertThat(generations.status().candidate()).isNotNull());
            assertThat(preview(caller, admin)).as("the model is looked for").isEqualTo(Code.NOT_FOUND);
            assertThat(preview(caller, staff)).isEqualTo(Code.PERMISSION_DENIED);
            assertThat(embed(caller, "authorization", admin)).isEqualTo(Code.UNIMPLEMENTED);

            generations.commit("a test");
            assertThat(embed(caller, "authorization", staff)).isEqualTo(Code.NOT_FOUND);
            assertThat(preview(caller, admin)).as("none waits any more").isEqualTo(Code.ABORTED);
        }
    }

    private static Code preview(GrpcCaller caller, String authorization) {
        return embed(caller, "authorization", authorization, "x-route-generation", "candidate");
    }

    private static String withoutEmbed(String text) {
        return text.substring(0, text.indexOf("- route:\n    id: grpc-api-embed"))
                + text.substring(text.indexOf("- route:\n    id: grpc-api-models"));
    }

    private RunningService start(String... options) {
        return RunningService.start(Stream.concat(
                        SharedPostgres.options().stream(),
                        Stream.concat(Stream.of("--data-dir=" + data), Stream.of(options)))
                .toArray(String[]::new));
    }

    private static Code embed(GrpcCaller caller, String... metadata) {
        return catchThrowableOfType(
                        StatusRuntimeException.class,
                        () -> caller.stub(metadata)
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
