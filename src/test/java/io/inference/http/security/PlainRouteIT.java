package io.inference.http.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.RunningService;
import io.inference.security.TestIssuer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.web.servlet.AbstractFilterRegistrationBean;

/** Routes of an operator without any security steps, and one that decides itself who has access. */
class PlainRouteIT {
    private static final String PLAIN = """
            - route:
                id: %1$s
                %2$s
                from:
                  id: from-%1$s
                  uri: platform-http
                  parameters:
                    path: /%1$s
                  steps:
                    %3$s
                    - setBody:
                        id: say-%1$s
                        constant: here
            """;
    private static final String DECIDES = """
            - process:
                        id: read-%1$s
                        ref: jwtCheckProcessor
                    - to:
                        id: authenticate-%1$s
                        uri: direct:authenticate
            """.strip();

    private static TestIssuer issuer;
    private static RunningService service;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        write(folder, "plain", "", "");
        write(folder, "noted", "note: 'scope: reports'", "");
        write(folder, "deciding", "", DECIDES.formatted("deciding"));
        Path authenticate = folder.resolve("authenticate.camel.yaml");
        // From here on every caller has access to routes that decide themselves.
        Files.writeString(authenticate, Files.readString(authenticate).replaceAll("(?s)        - to:.*", ""));
        issuer = new TestIssuer();
        service = RunningService.start(
                "--auth-issuer=" + issuer.url(),
                "--auth-audience=" + TestIssuer.AUDIENCE,
                "--auth-user-groups=staff",
                "--auth-scope-prefix=our:",
                "--routes-dir=" + folder);
    }

    private static void write(Path folder, String id, String note, String steps) throws Exception {
        Files.writeString(folder.resolve(id + ".camel.yaml"), PLAIN.formatted(id, note, steps));
    }

    @AfterAll
    static void stop() {
        service.close();
        issuer.close();
    }

    @Test
    void theSecurityChainRunsBeforeTheFilterOfRoutes() {
        assertThat(service.bean("securityFilterChainRegistration", AbstractFilterRegistrationBean.class)
                        .getOrder())
                .isLessThan(service.bean("doorFilter", AbstractFilterRegistrationBean.class)
                        .getOrder());
    }

    @Test
    void aRouteWithoutAnyStepForItNeedsATokenAndLetsTheUserGroupsIn() throws Exception {
        assertThat(get("/plain", null).statusCode()).isEqualTo(401);
        assertThat(get("/plain", "nonsense").statusCode()).isEqualTo(401);
        assertThat(get("/plain", token("guests", "our:reports")).statusCode()).isEqualTo(403);
        assertThat(get("/noted", token("staff", "our:reports")).body()).isEqualTo("here");
        assertThat(get("/noted", token("admins", "our:reports")).body()).isEqualTo("here");
        HttpResponse<String> refused = get("/noted", token("guests", "our:reports"));
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("forbidden").doesNotContain("here");
        assertThat(refused.headers().firstValue("X-Request-Id")).isPresent();
    }

    @Test
    void aCredentialWithScopesGetsInWhereTheRouteNamesItsScopeAlone() throws Exception {
        assertThat(get("/plain", token("staff", "our:reports")).statusCode()).isEqualTo(403);
        assertThat(get("/noted", token("staff", "our:chat")).statusCode()).isEqualTo(403);
        assertThat(get("/noted", token("staff", "our:chat our:reports")).statusCode())
                .isEqualTo(200);
    }

    @Test
    void aRouteThatCallsAuthenticateDecidesItself() throws Exception {
        assertThat(get("/deciding", null).statusCode()).isEqualTo(401);
        assertThat(get("/deciding", token("guests", "our:chat")).body()).isEqualTo("here");
    }

    private static String token(String group, String scopes) {
        return issuer.token(c -> c.claim("groups", List.of(group)).claim("scope", scopes));
    }

    private static HttpResponse<String> get(String path, String token) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(service.baseUrl() + path));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
