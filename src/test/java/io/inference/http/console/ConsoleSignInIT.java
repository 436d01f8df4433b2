package io.inference.http.console;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.inference.RunningService;
import io.inference.security.TestIssuer;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An operator who signs in at the company's issuer, in a real browser. */
class ConsoleSignInIT {
    private static final String KEY = "ik_" + "0123456789abcdef".repeat(3);

    private final TestIssuer issuer = new TestIssuer();
    private Browser browser;
    private RunningService service;
    private Page page;

    @BeforeEach
    void start() {
        Optional<Path> chromium = Browser.find();
        assumeTrue(chromium.isPresent(), "no Chromium on the PATH");
        PlaywrightAssertions.setDefaultAssertionTimeout(ConsoleIT.PATIENCE_MILLIS);
        browser = new Browser(chromium.orElseThrow());
        service = RunningService.start(
                "--auth-issuer=" + issuer.url(),
                "--auth-audience=" + TestIssuer.AUDIENCE,
                "--auth-client-id=" + TestIssuer.CLIENT_ID,
                "--auth-admin-group=staff",
                "--bootstrap-api-key=" + KEY);
        page = browser.newPage(ColorScheme.LIGHT);
    }

    @AfterEach
    void stop() {
        if (service != null) {
            assertThat(browser.takeComplaints()).isEmpty();
            service.close();
            browser.close();
        }
        issuer.close();
    }

    @Test
    void comesBackFromTheIssuerWithATokenToTheViewThatWasAskedFor() {
        page.navigate(service.baseUrl() + "/console#/settings");
        signIn().click();
        assertThat(page.locator(".status")).containsText("Generation 1");
        assertThat(page.url()).isEqualTo(service.baseUrl() + "/console#/settings");
        page.reload();
        assertThat(page.locator(".status")).containsText("Generation 1");
    }

    @Test
    void anAnswerThatThisTabHasNotAskedForSignsNobodyIn() {
        page.navigate(service.baseUrl() + "/console?code=stolen&state=made-up");
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("what this tab had not asked");
        assertThat(page.url()).isEqualTo(service.baseUrl() + "/console");
        assertThat(signIn()).isVisible();
    }

    @Test
    void anIssuerThatRefusesIsQuoted() {
        issuer.setDenying(true);
        page.navigate(service.baseUrl() + "/console");
        signIn().click();
        assertThat(page.getByRole(AriaRole.ALERT)).containsText("The issuer did not sign you in: alice said no");
    }

    @Test
    void anIssuerThatIsAwayLeavesAKeyAsTheWayIn() {
        issuer.setDown(true);
        page.navigate(service.baseUrl() + "/console");
        assertThat(page.locator(".at-issuer")).containsText("not possible now");
        page.getByLabel("Token of an admin").fill(KEY);
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Use the token"))
                .click();
        assertThat(page.locator(".status")).containsText("Generation 1");
    }

    private Locator signIn() {
        return page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Sign in at the issuer"));
    }
}
