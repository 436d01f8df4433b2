package io.inference.http.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.RunningService;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of the console's paths to different callers, without a browser. */
class ConsoleDoorIT {
    private static final HttpClient client = HttpClient.newHttpClient();

    private static RunningService service;

    @BeforeAll
    static void start() {
        service = RunningService.start("--disable-auth=false");
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void thePageIsForEverybodyAndRunsNothingButItsOwnFiles() throws Exception {
        HttpResponse<String> page = send("GET", "/console", "");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type")).contains("text/html;charset=utf-8");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("default-src 'none'; script-src 'self'; style-src 'self';")
                .doesNotContain("unsafe");
        assertThat(page.headers().allValues("X-Content-Type-Options")).containsExactly("nosniff");
        assertThat(page.body()).contains("console/app.js");
    }

    @Test
    void everyListedFileIsForEverybodyWithItsType() throws Exception {
        for (String name : ConsoleFiles.LISTED.keySet()) {
            HttpResponse<String> file = send("GET", "/console/" + name, "");
            boolean page = name.equals(ConsoleFiles.PAGE);
            assertThat(file.statusCode()).as(name).isEqualTo(page ? 401 : 200);
            if (!page) {
                assertThat(file.headers().firstValue("Content-Type").orElseThrow())
                        .isEqualToIgnoringWhitespace(
                                ConsoleFiles.LISTED.get(name).toString());
            }
        }
        HttpResponse<String> slash = send("GET", "/console/", "");
        assertThat(slash.statusCode()).isEqualTo(308);
        assertThat(slash.headers().firstValue("Location")).contains("../console");
    }

    @Test
    void aCopyThatIsStillTheOneIsNotSentAgain() throws Exception {
        String etag =
                send("GET", "/console/app.js", "").headers().firstValue("ETag").orElseThrow();
        HttpRequest again =
                request("/console/app.js").header("If-None-Match", etag).build();
        HttpResponse<String> answer = client.send(again, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(304);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-cache");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/console/nothing.js", "/console/application.css"})
    void aFileThatIsNotListedIsNotThere(String path) throws Exception {
        assertThat(send("GET", path, "").statusCode()).isEqualTo(401);
        HttpResponse<String> answer = send("GET", path, token("staff"));
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/console/application.yaml", "/console/x/app.js", "/console/app.js/", "/console/app.js.map",
                "/console/..%2fapplication.yaml", "/console/App.class", "/consoles", "/console/index.html"
            })
    void whatDoesNotLookLikeAFileOfThePageNeedsACaller(String path) throws Exception {
        assertThat(send("GET", path, "").statusCode()).isIn(400, 401);
        assertThat(send("GET", path, token("admins")).statusCode()).isIn(400, 404);
    }

    @Test
    void whereNobodySignsInAtAnIssuerThePageIsToldSo() throws Exception {
        HttpResponse<String> answer = send("GET", "/console/issuer.json", "");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{}");
    }

    @Test
    void thePageIsOnlyToBeRead() throws Exception {
        assertThat(send("POST", "/console", "").statusCode()).isEqualTo(401);
        assertThat(send("DELETE", "/console/app.js", token("admins")).statusCode())
                .isEqualTo(405);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/admin/routes", "/admin/routes/files/chat.camel.yaml", "/admin/status", "/admin/config"})
    void itsDataIsForAdminsAlone(String path) throws Exception {
        assertThat(send("GET", path, "").statusCode()).isEqualTo(401);
        assertThat(send("GET", path, token("staff")).statusCode()).isEqualTo(403);
        HttpResponse<String> data = send("GET", path, token("admins"));
        assertThat(data.statusCode()).isEqualTo(200);
        assertThat(data.headers().firstValue("Cache-Control")).contains("no-store");
    }

    @Test
    void aRouteFileIsToldAsItServes() throws Exception {
        HttpResponse<String> file = send("GET", "/admin/routes/files/chat.camel.yaml", token("admins"));
        assertThat(file.body()).startsWith("- route:\n    id: chat\n");
        assertThat(file.headers().firstValue("Content-Type")).contains("text/plain;charset=utf-8");
        for (String other : new String[] {"README.md", "nothing.camel.yaml", "chat.camel.yaml?generation=candidate"}) {
            assertThat(send("GET", "/admin/routes/files/" + other, token("admins"))
                            .statusCode())
                    .as(other)
                    .isEqualTo(404);
        }
    }

    @Test
    void theStatusTellsOfBranchesAndOfBackends() throws Exception {
        assertThat(send("GET", "/admin/routes", token("admins")).body())
                .contains("\"kind\":\"when\"", "\"kind\":\"otherwise\"", "\"kind\":\"doCatch\"");
        assertThat(send("GET", "/admin/status", token("admins")).body())
                .contains("\"active\":", "\"queued\":0", "\"backends\":[]");
    }

    private static String token(String group) throws Exception {
        return send("GET", "/dev/token?sub=olga&groups=" + group, "").body();
    }

    private static HttpResponse<String> send(String method, String path, String token) throws Exception {
        HttpRequest.Builder request = request(path).method(method, HttpRequest.BodyPublishers.noBody());
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(service.baseUrl() + path));
    }
}
