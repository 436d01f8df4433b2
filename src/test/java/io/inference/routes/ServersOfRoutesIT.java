package io.inference.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.RunningService;
import io.inference.embedded.SharedPostgres;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL and Redis of the service, used by steps of routes. */
class ServersOfRoutesIT {
    @TempDir
    Path folder;

    @TempDir
    Path data;

    @BeforeEach
    void writeRoutes() throws Exception {
        Cookbook.restore(folder);
        Files.writeString(folder.resolve("rest-servers.camel.yaml"), ROUTES);
    }

    @Test
    void stepsAskThemWhereTheyAre() throws Exception {
        List<String> options = new ArrayList<>(SharedPostgres.options());
        options.addAll(List.of("--routes-dir=" + folder, "--data-dir=" + data));
        try (RunningService service = RunningService.start(options.toArray(String[]::new))) {
            assertThat(ask(service, "/sql", "it's").body()).isEqualTo("it's");
            assertThat(ask(service, "/redis", "kept").body()).isEqualTo("kept");
            assertThat(ask(service, "/redis", "kept anew").body()).isEqualTo("kept anew");
        }
    }

    @Test
    void aStepWhoseServerIsAwayIsUnavailableAndNothingElseIsConcerned() throws Exception {
        try (RunningService service = RunningService.start(
                "--routes-dir=" + folder,
                "--db-host=127.0.0.1",
                "--db-port=1",
                "--redis-host=127.0.0.1",
                "--redis-port=1")) {
            for (String path : List.of("/sql", "/redis")) {
                HttpResponse<String> answer = ask(service, path, "x");
                assertThat(answer.statusCode()).as(path).isEqualTo(503);
                assertThat(answer.body()).contains("unavailable").doesNotContain("Exception");
                assertThat(answer.headers().firstValue("Retry-After")).isPresent();
            }
            assertThat(ask(service, "/echo", "x").body()).isEqualTo("x");
            String health = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(service.managementUrl() + "/actuator/health"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            assertThat(health)
                    .as("what Spring Boot would make of a pool and of Redis is not wanted")
                    .contains("\"database\"")
                    .doesNotContain("\"db\"", "\"redis\"");
        }
    }

    @Test
    void withoutRedisAStepThatAsksItSaysThatItIsNotConfigured() throws Exception {
        try (RunningService service = RunningService.start(
                "--routes-dir=" + folder, "--redis-enabled=false", "--db-port=1", "--db-host=127.0.0.1")) {
            HttpResponse<String> answer = ask(service, "/redis", "x");
            assertThat(answer.statusCode()).isEqualTo(501);
            assertThat(answer.body()).contains("REDIS_HOST is not set, or REDIS_ENABLED=false");
        }
    }

    private static HttpResponse<String> ask(RunningService service, String path, String body) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(service.baseUrl() + path))
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }

    private static String route(String name, String steps) {
        return """
                - route:
                    id: rest-servers-%1$s
                    routeConfigurationId: error-handling
                    from:
                      id: from-rest-servers-%1$s
                      uri: platform-http
                      parameters:
                        path: /%1$s
                        httpMethodRestrict: POST
                      steps:
                        - to:
                            id: authenticate-%1$s
                            uri: direct
                            parameters:
                              name: authenticate
                """.formatted(name) + steps.indent(8);
    }

    private static final String ROUTES = route("echo", "") + route("sql", """
                    - convertBodyTo:
                        id: read-text
                        type: String
                    - to:
                        id: ask-sql
                        uri: sql
                        parameters:
                          query: "select :#${body}::text"
                          outputType: SelectOne
                    """) + route("redis", """
                    - setHeader:
                        id: name-key
                        name: CamelRedis.Key
                        constant: some-key
                    - setHeader:
                        id: name-value
                        name: CamelRedis.Value
                        simple: "${bodyAs(String)}"
                    - to:
                        id: write-redis
                        uri: spring-redis
                        parameters:
                          host: redis
                          port: 6379
                          command: SET
                    - to:
                        id: read-redis
                        uri: spring-redis
                        parameters:
                          host: redis
                          port: 6379
                          command: GET
                    """);
}
