package io.inference.http.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import io.inference.RunningService;
import io.inference.embedded.SharedPostgres;
import io.inference.image.SamplePictures;
import io.inference.routes.generation.RouteGenerations;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The console as an operator uses it, in a real browser. */
class ConsoleIT {
    static final int PATIENCE_MILLIS = 60_000;

    private static final String SKIPPED =
            "no chromium, chromium-browser or google-chrome on the PATH: the console is not tested";
    private static final String FILE = "rest-hello.camel.yaml";

    @TempDir
    static Path automatic;

    @TempDir
    static Path manual;

    @TempDir
    static Path data;

    private static Browser browser;
    private static StreamingStub backend;
    private static RunningService service;

    private Page page;

    @BeforeAll
    static void start() throws IOException {
        Optional<Path> chromium = Browser.find();
        if (chromium.isEmpty()) {
            // Reports do not show the reason of a skipped test; here it is printed.
            LoggerFactory.getLogger(ConsoleIT.class).warn(SKIPPED);
        }
        assumeTrue(chromium.isPresent(), SKIPPED);
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
        browser = new Browser(chromium.orElseThrow());
        backend = new StreamingStub();
        service = service(automatic, "auto");
    }

    @AfterAll
    static void stop() {
        Stream.of(service, backend, browser).filter(part -> part != null).forEach(ConsoleIT::close);
    }

    @AfterEach
    void leave() throws IOException {
        if (page != null) {
            page.context().close();
            assertThat(browser.takeComplaints()).isEmpty();
        }
        // The next test must not see its generation change because of this one.
        Files.deleteIfExists(automatic.resolve(FILE));
        service.bean(RouteGenerations.class).reload("test");
    }

    @Test
    void anAdminSeesEachRouteWithItsDiagramAndItsFile() throws Exception {
        signIn(service, "admins");
        assertThat(status()).containsText(Pattern.compile("Generation \\d+"));
        row("ask-backend").getByRole(AriaRole.LINK).click();
        assertThat(page.locator(".route-head h2")).hasText("ask-backend");
        assertThat(node("call-chosen-backend")).isVisible();
        assertThat(node("when-backend-failed")).isVisible();
        assertThat(node("ask-next-backend")).isVisible();
        node("choose-next-backend").click();
        Locator line = page.locator(".file .line.target");
        assertThat(line).containsText("- process:");
        assertThat(page.locator(".file-panel h3")).hasText("ask-backend.camel.yaml");
        assertThat(node("choose-next-backend")).hasAttribute("aria-current", "true");
    }

    @Test
    void picturesAreUploadedShownAndDeleted() throws Exception {
        signIn(service, "admins");
        page.locator("#nav a[href='#/images']").click();
        Locator gallery = page.getByLabel("Your pictures");
        assertThat(gallery).containsText("No picture of yours is stored here.");
        page.getByLabel("Picture to edit")
                .setInputFiles(new FilePayload("a cat.png", "image/png", SamplePictures.png(600, 400, 1)));
        button("Upload only").click();
        assertThat(page.locator(".images .figures-line")).hasText("Uploaded: 600 × 400");
        Locator small = gallery.locator(".gallery img");
        assertThat(small).hasAttribute("alt", "a cat.png");
        // Decoded, which the page's policy would prevent.
        assertThat(page.locator(".gallery img")).hasJSProperty("naturalWidth", 256);
        small.click();
        assertThat(page.locator(".large img")).hasJSProperty("naturalWidth", 600);
        assertThat(gallery).containsText("uploaded · 600 × 400 · image/png");
        button("Delete").click();
        assertThat(gallery).containsText("No picture of yours is stored here.");
        assertThat(small).hasCount(0);
    }

    @Test
    void aPictureShowsWhileItIsMade() throws Exception {
        signIn(service, "admins");
        page.route("**/v1/images/generations", route -> {
            assertThat(route.request().postData())
                    .isEqualTo("{\"prompt\":\"a cat\",\"size\":\"512x512\",\"stream\":true,\"partial_images\":2}");
            route.fulfill(new Route.FulfillOptions()
                    .setContentType("text/event-stream")
                    .setBody(event("image_generation.partial_image", 64) + event("image_generation.completed", 512)));
        });
        page.locator("#nav a[href='#/images']").click();
        page.getByLabel("Prompt").fill("a cat");
        page.getByLabel("Size").selectOption("512x512");
        button("Make").click();
        assertThat(page.locator(".images .figures-line")).containsText(Pattern.compile("Made in .* · 7 tokens"));
        assertThat(page.locator(".preview")).hasJSProperty("naturalWidth", 512);

        page.route("**/v1/images/edits", route -> {
            assertThat(route.request().headerValue("content-type")).startsWith("multipart/form-data; boundary=");
            assertThat(new String(route.request().postDataBuffer(), StandardCharsets.UTF_8))
                    .contains("name=\"prompt\"\r\n\r\na hat\r\n")
                    .contains("name=\"partial_images\"\r\n\r\n2\r\n")
                    .contains("name=\"image[]\"; filename=\"cat.png\"\r\nContent-Type: image/png\r\n");
            route.fulfill(new Route.FulfillOptions()
                    .setContentType("text/event-stream")
                    .setBody(event("image_edit.partial_image", 32) + event("image_edit.completed", 256)));
        });
        page.getByLabel("Picture to edit")
                .setInputFiles(new FilePayload("cat.png", "image/png", SamplePictures.png(8, 8, 1)));
        page.getByLabel("Prompt").fill("a hat");
        button("Make").click();
        assertThat(page.locator(".preview")).hasJSProperty("naturalWidth", 256);
        assertThat(page.locator(".images .figures-line")).containsText(Pattern.compile("Made in .* · 7 tokens"));
    }

    private static String event(String type, int side) {
        return "event: " + type + "\ndata: {\"type\":\"" + type
                + "\",\"partial_image_index\":0,\"usage\":{\"total_tokens\":7},\"b64_json\":\""
                + Base64.getEncoder().encodeToString(SamplePictures.png(side, side, 2)) + "\"}\n\n";
    }

    private Locator button(String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    @Test
    void aStepThatCallsARouteLeadsToIt() throws Exception {
        signIn(service, "admins");
        open("#/routes/rest-openai-embeddings");
        node("run-openai-embeddings").click();
        assertThat(page.locator(".route-head h2")).hasText("embed");
        assertThat(page.locator(".file-panel h3")).hasText("embed.camel.yaml");
    }

    @Test
    void whatRunsIsCountedWhereItRunsAndFailuresAreSeen() throws Exception {
        signIn(service, "admins");
        assertThat(status()).containsText("as of");
        open("#/playground/request");
        page.getByLabel("Method").selectOption("POST");
        page.getByLabel("Path").fill("/v1/embeddings");
        page.getByLabel("Body").last().fill("{\"model\":\"nobody-has-it\",\"input\":\"x\"}");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Send"))
                .click();
        assertThat(page.locator(".figures-line")).containsText("HTTP 404");
        assertThat(page.locator(".answer")).containsText("model_not_found");
        open("#/routes/embed");
        assertThat(node("embed-find-backend")).hasClass(Pattern.compile("failing"));
        assertThat(node("embed-find-backend")).hasAttribute("aria-label", Pattern.compile("1 failed, failing now"));
        assertThat(row("embed")).containsText("model_not_found");
    }

    @Test
    void anEditedFileShowsAsANewGenerationAndAsAChange() throws Exception {
        signIn(service, "admins");
        Files.writeString(automatic.resolve(FILE), route("Says hello."));
        assertThat(row("rest-hello-say")).isVisible();
        open("#/changes");
        Locator newest = page.locator(".change").first();
        assertThat(newest).containsText(FILE);
        newest.locator("summary").click();
        assertThat(newest.locator(".added").first()).isVisible();
        assertThat(newest.locator(".diff")).containsText("+    id: rest-hello-say");
    }

    @Test
    void aBrokenFileIsToldLoudlyWithItsFault() throws Exception {
        signIn(service, "admins");
        Files.writeString(automatic.resolve(FILE), route("x").replace("setBody", "setBoddy"));
        Locator banner = page.locator(".banner.bad");
        assertThat(banner).containsText("Degraded");
        assertThat(banner).containsText("setBoddy");
        assertThat(banner).containsText(FILE);
        act("Reload");
        assertThat(page.locator("dialog .result")).containsText("Refused");
        assertThat(page.locator("dialog .faults")).containsText("setBoddy");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Close"))
                .click();
        Files.delete(automatic.resolve(FILE));
        assertThat(banner).hasCount(0);
    }

    @Test
    void aCandidateIsSeenTriedAndCommitted() throws Exception {
        try (RunningService waiting = service(manual, "manual")) {
            signIn(waiting, "admins");
            Files.writeString(manual.resolve(FILE), route("Says hello."));
            assertThat(page.locator(".banner.warn")).containsText("candidate");
            page.getByLabel("Generation").selectOption("candidate");
            row("rest-hello-say").getByRole(AriaRole.LINK).click();
            assertThat(page.locator(".file")).containsText("Says hello.");
            assertThat(requested("/hello", false)).containsText("HTTP 404");
            assertThat(requested("/hello", true)).containsText("HTTP 200");
            assertThat(page.locator(".answer")).hasText("hello");
            act("Commit");
            assertThat(page.locator("dialog .result")).containsText("It serves");
            page.keyboard().press("Escape");
            assertThat(page.locator(".banner.warn")).hasCount(0);
            assertThat(page.getByLabel("Run on the candidate")).isDisabled();
            assertThat(requested("/hello", false)).containsText("HTTP 200");
            act("Roll back");
            assertThat(page.locator("dialog .result")).containsText("served before");
        }
    }

    @Test
    void aChatStreamsAndStopEndsTheWorkAtTheBackend() throws Exception {
        signIn(service, "admins");
        open("#/playground/chat");
        assertThat(page.getByLabel("Model")).hasValue(StreamingStub.MODEL);
        say("hello");
        Locator answer = page.locator(".message.assistant p").last();
        assertThat(answer).hasText("first half");
        backend.goOn.countDown();
        assertThat(answer).hasText("first half, second half");
        assertThat(page.locator(".figures-line")).containsText(Pattern.compile("first token .* tokens/s · 2 tokens"));
        say("wait for ever");
        assertThat(page.locator(".message.assistant p").last()).hasText("first half");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Stop"))
                .click();
        assertThat(page.locator(".figures-line")).containsText("Stopped");
        assertThat(backend.abandoned.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                .isTrue();
        open("#/backends");
        Locator card = page.getByLabel("openai", new Page.GetByLabelOptions().setExact(true));
        assertThat(card).containsText("available");
        assertThat(card).containsText(StreamingStub.MODEL);
        assertThat(card.locator("[data-figure=ended]")).hasText("2");
    }

    @Test
    void theKeyboardAloneSuffices() throws Exception {
        page = browser.newPage(ColorScheme.LIGHT);
        page.navigate(service.baseUrl() + "/console");
        assertThat(page.locator("#token")).isFocused();
        page.keyboard().insertText(token(service, "admins"));
        page.keyboard().press("Enter");
        assertThat(page.locator(".routes-table tbody tr").first()).isVisible();
        tabTo("Skip to content");
        page.keyboard().press("Enter");
        assertThat(page.locator("main")).isFocused();
        tabTo("authorize");
        page.keyboard().press("Enter");
        assertThat(page.locator(".route-head h2")).hasText("authorize");
        tabTo("Reload");
        page.keyboard().press("Enter");
        assertThat(page.locator("dialog")).isVisible();
        assertThat(page.locator("dialog button").last()).isFocused();
        page.keyboard().press("Enter");
        assertThat(page.locator("dialog .result")).containsText("The files are what serves already");
        page.keyboard().press("Escape");
        assertThat(page.locator("dialog")).isHidden();
        tabTo("Settings");
        page.keyboard().press("Enter");
        assertThat(page.locator(".settings-table")).containsText("ROUTES_DIR");
    }

    @Test
    void aCallerWhoIsNoAdminIsToldSoAndAForgedTokenHoldsNot() throws Exception {
        signIn(service, "staff");
        assertThat(page.locator("[role=alert]")).containsText("not an admin");
        page.locator("#token").fill("made-up");
        page.keyboard().press("Enter");
        assertThat(page.locator("[role=alert]")).containsText("does not hold");
        assertThat(page.locator("nav")).isHidden();
        assertThat(page.evaluate("sessionStorage.length")).isEqualTo(0);
    }

    @Test
    void signingOutForgetsTheToken() throws Exception {
        signIn(service, "admins");
        assertThat(status()).isVisible();
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Sign out"))
                .click();
        assertThat(page.locator("#token")).isVisible();
        page.reload();
        assertThat(page.locator("#token")).isVisible();
        assertThat(page.evaluate("sessionStorage.length + localStorage.length")).isEqualTo(0);
    }

    @Test
    void whatARouteSaysIsTextAndNothingElse() throws Exception {
        String markup = "<img src=x onerror=document.title=1>";
        signIn(service, "admins");
        Files.writeString(automatic.resolve(FILE), route("'" + markup + "'"));
        row("rest-hello-say").getByRole(AriaRole.LINK).click();
        assertThat(page.locator(".route-head p")).containsText(markup);
        assertThat(page.locator(".file")).containsText(markup);
        assertThat(page.locator("main img")).hasCount(0);
        assertThat(page).hasTitle("Console – Inference Service");
    }

    @Test
    void aHiddenPageAsksNothingAndOneThatIsSeenAgainAsksAtOnce() throws Exception {
        page = browser.newPage(ColorScheme.LIGHT);
        page.clock().install();
        enter(service, "admins");
        assertThat(page.locator(".routes-table tbody tr").first()).isVisible();
        AtomicInteger asked = new AtomicInteger();
        page.onRequest(request -> asked.addAndGet(request.url().contains("/admin/") ? 1 : 0));
        page.evaluate(
                "Object.defineProperty(document, 'hidden', {get: () => window.away === true, configurable: true})");
        page.evaluate("window.away = true; document.dispatchEvent(new Event('visibilitychange'))");
        asked.set(0);
        page.clock().runFor(Duration.ofMinutes(1).toMillis());
        assertThat(asked.get()).isZero();
        page.waitForResponse(
                response -> response.url().endsWith("/admin/routes"),
                () -> page.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))"));
    }

    @Test
    void inTheDarkItIsDarkAndNotBlank() throws Exception {
        page = browser.newPage(ColorScheme.DARK);
        enter(service, "admins");
        assertThat(page.locator(".node").first()).isVisible();
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(page.screenshot()));
        Set<Integer> colours = new HashSet<>();
        long light = 0;
        for (int x = 0; x < picture.getWidth(); x++) {
            for (int y = 0; y < picture.getHeight(); y++) {
                int colour = picture.getRGB(x, y);
                colours.add(colour);
                light += (colour >> 8) & 0xFF;
            }
        }
        assertThat(colours).hasSizeGreaterThan(50);
        assertThat(light / (picture.getWidth() * picture.getHeight())).isBetween(15L, 90L);
    }

    private static RunningService service(Path folder, String commit) throws IOException {
        try (Stream<Path> files = Files.list(Path.of("routes"))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".yaml")).toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        return RunningService.start(Stream.concat(
                        SharedPostgres.freshOptions("console_" + commit).stream(),
                        Stream.of(
                                "--disable-auth=false",
                                "--image-dir=" + data.resolve(commit + "-images"),
                                "--image-min-free-space=1MB",
                                "--routes-dir=" + folder,
                                "--routes-commit=" + commit,
                                "--data-dir=" + data.resolve(commit),
                                "--inference-services-openai-base-url=" + backend.url()))
                .toArray(String[]::new));
    }

    private void signIn(RunningService at, String group) throws Exception {
        page = browser.newPage(ColorScheme.LIGHT);
        enter(at, group);
    }

    private void enter(RunningService at, String group) throws Exception {
        page.navigate(at.baseUrl() + "/console");
        page.locator("#token").fill(token(at, group));
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Use the token"))
                .click();
    }

    private static String token(RunningService at, String group) throws Exception {
        URI address = URI.create(at.baseUrl() + "/dev/token?sub=olga&groups=" + group);
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    private Locator status() {
        return page.locator(".status");
    }

    private Locator row(String route) {
        return page.locator(".routes-table tbody tr[data-key='" + route + "']");
    }

    private Locator node(String step) {
        return page.locator(".node[aria-label*=' " + step + ":']");
    }

    private void open(String hash) {
        page.evaluate("hash => { location.hash = hash; }", hash);
    }

    private void say(String text) {
        page.getByLabel("Message").fill(text);
        page.keyboard().press("Enter");
    }

    /** Presses a button of the status line, and the one that confirms it. */
    private void act(String verb) {
        status().getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(verb))
                .click();
        page.locator("dialog button").last().click();
    }

    private Locator requested(String path, boolean candidate) {
        open("#/playground/request");
        page.getByLabel("Run on the candidate").setChecked(candidate);
        page.getByLabel("Path").fill(path);
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Send"))
                .click();
        return page.locator(".figures-line");
    }

    /** Presses the Tab key until the element with this text has the focus. */
    private void tabTo(String text) {
        for (int presses = 0; presses < 200; presses++) {
            page.keyboard().press("Tab");
            Object focused = page.evaluate("document.activeElement.textContent");
            if (text.equals(focused)) {
                return;
            }
        }
        throw new AssertionError("the Tab key never comes to '" + text + "'");
    }

    private static String route(String description) {
        return """
                - route:
                    id: rest-hello-say
                    routeConfigurationId: error-handling
                    description: %s
                    from:
                      id: from-rest-hello-say
                      uri: platform-http
                      parameters:
                        path: /hello
                        httpMethodRestrict: GET
                      steps:
                        - to:
                            id: authenticate-hello
                            description: Find out who is calling
                            uri: direct
                            parameters:
                              name: authenticate
                        - setBody:
                            id: say-hello
                            description: Plain text
                            expression:
                              constant:
                                expression: hello
                """.formatted(description);
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
