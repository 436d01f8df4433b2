package io.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.routes.Cookbook;
import io.inference.stub.StubServer;
import java.io.BufferedReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Options of Camel's components in the routes of a generation, as an operator sets them. */
@BesideOthers
class ComponentOptionsIT {
    @TempDir
    Path folder;

    private Path routes;
    private Path config;

    @BeforeEach
    void copyRoutes() throws Exception {
        routes = Files.createDirectory(folder.resolve("routes"));
        config = Files.createDirectory(folder.resolve("config"));
        Cookbook.restore(routes);
        Files.writeString(config.resolve("application.yaml"), "log-level: info\n");
    }

    @Test
    void aVariableReachesTheComponentsOfRoutes() throws Exception {
        assertThat(answer(Map.of("CAMEL_COMPONENT_HTTP_FOLLOW_REDIRECTS", "true")))
                .isEqualTo("followed");
    }

    @Test
    void withoutItTheComponentIsAsCamelMakesIt() throws Exception {
        assertThat(answer(Map.of())).isEqualTo("moved");
    }

    @Test
    void theCommandLineBeatsTheVariable() throws Exception {
        assertThat(answer(
                        Map.of("CAMEL_COMPONENT_HTTP_FOLLOW_REDIRECTS", "true"),
                        "--camel.component.http.follow-redirects=false"))
                .isEqualTo("moved");
    }

    @Test
    void theVariableBeatsTheFileOfTheSite() throws Exception {
        Files.writeString(config.resolve("application.yaml"), "camel.component.http.follow-redirects: true\n");
        assertThat(answer(Map.of())).isEqualTo("followed");
        assertThat(answer(Map.of("CAMEL_COMPONENT_HTTP_FOLLOW_REDIRECTS", "false")))
                .isEqualTo("moved");
    }

    /** Result in a route of a server that redirects. */
    private String answer(Map<String, String> variables, String... more) throws Exception {
        try (StubServer server = new StubServer((request, connection) -> {
            if (request.path().equals("/old")) {
                connection.whole(302, "text/plain", "moved", "Location: /new");
            } else {
                connection.whole(200, "text/plain", "followed");
            }
        })) {
            Files.writeString(routes.resolve("rest-ask.camel.yaml"), ROUTE.formatted(server.url()));
            List<String> options = new ArrayList<>(List.of(
                    "--port=0",
                    "--grpc-port=0",
                    "--management-port=0",
                    "--disable-auth=true",
                    "--local-engine=off",
                    "--rabbitmq-enabled=false",
                    "--inference-services-ollama-base-url=",
                    "--db-host=127.0.0.1",
                    "--db-port=1",
                    "--config-dir=" + config,
                    "--routes-dir=" + routes));
            options.addAll(List.of(more));
            Process process = ServiceProcessIT.start(variables, options);
            try {
                return ask(listening(process.inputReader()) + "/ask");
            } finally {
                process.toHandle().destroy();
                assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    private static String ask(String url) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static String listening(BufferedReader lines) throws Exception {
        StringBuilder before = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher address = ServiceProcessIT.LISTENING.matcher(line);
            if (address.find()) {
                return address.group(1);
            }
            before.append(line).append('\n');
        }
        throw new AssertionError("the process ended before it listened; it said:\n" + before);
    }

    private static final String ROUTE = """
            - route:
                id: rest-ask
                routeConfigurationId: error-handling
                from:
                  id: from-rest-ask
                  uri: platform-http
                  parameters:
                    path: /ask
                    httpMethodRestrict: GET
                  steps:
                    - to:
                        id: authenticate-ask
                        uri: direct
                        parameters:
                          name: authenticate
                    - removeHeaders:
                        id: drop-headers
                        pattern: "*"
                    - to:
                        id: ask-server
                        uri: %s/old
                        parameters:
                          throwExceptionOnFailure: false
                    - convertBodyTo:
                        id: read-text
                        type: String
                    - removeHeaders:
                        id: drop-answers-headers
                        pattern: "*"
            """;
}
