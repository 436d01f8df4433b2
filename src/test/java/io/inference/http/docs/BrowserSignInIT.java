package io.inference.http.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.AriaRole;
import io.inference.RunningService;
import io.inference.security.TestIssuer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A user at /docs, in the Chromium of this machine; skipped if there is none. */
class BrowserSignInIT {
    /** More than Playwright's own, for a busy machine. */
    private static final int PATIENCE_MILLIS = 120_000;

    private final TestIssuer issuer = new TestIssuer();
    private final List<String> complaints = new ArrayList<>();
    private Playwright playwright;
    private Browser browser;
    private RunningService service;

    @BeforeEach
    void start() {
        Optional<Path> chromium = chromium();
        assumeTrue(chromium.isPresent(), "no Chromium on the PATH");
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(chromium.get())
                        .setTimeout(PATIENCE_MILLIS)
                        .setArgs(List.of("--no-sandbox")));
    }

    private static Optional<Path> chromium() {
        return Stream.of(System.getenv("PATH").split(":"))
                .flatMap(folder -> Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    @AfterEach
    void stop() {
        if (playwright != null) {
            playwright.close();
        }
        if (service != null) {
            service.close();
        }
        issuer.close();
    }

    private Page docs() {
        service = RunningService.start(
                "--auth-issuer=" + issuer.url(),
                "--auth-audience=" + TestIssuer.AUDIENCE,
                "--auth-client-id=" + TestIssuer.CLIENT_ID);
        Page page = browser.newPage();
        page.setDefaultTimeout(PATIENCE_MILLIS);
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                complaints.add(message.text());
            }
        });
        page.navigate(service.baseUrl() + "/docs");
        return page;
    }

    @Test
    void signsInAtTheIssuerAndCallsTheServiceWithTheToken() {
        Page page = docs();
        page.locator("button.authorize").first().click();
        Locator signIn = page.locator(".auth-container", new Page.LocatorOptions().setHasText("authorizationCode"));
        assertThat(signIn.locator("input#client_id_authorizationCode").inputValue())
                .isEqualTo(TestIssuer.CLIENT_ID);
        signIn.locator("button.authorize").click();
        signIn.getByText("Logout").waitFor();
        page.locator(".close-modal").click();

        Locator models = page.locator("#operations-OpenAI-listModels");
        models.locator(".opblock-summary-control").click();
        models.getByText("Execute").click();
        Locator answer = models.locator(".live-responses-table tbody .response-col_status");
        answer.waitFor();
        assertThat(answer.innerText()).startsWith("200");
        assertThat(complaints).isEmpty();
    }

    @Test
    void isToldThatTheIssuerIsAway() {
        issuer.setDown(true);
        Page page = docs();
        assertThat(page.getByRole(AriaRole.ALERT).innerText()).contains("Signing in is not possible now");
        page.locator("button.authorize").first().click();
        page.locator(".auth-container").first().waitFor();
        assertThat(page.locator(".auth-container").count()).isEqualTo(1);
    }
}
