package io.inference.conversation;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.inference.conversation.ConversationCaller.chat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import io.inference.RunningService;
import io.inference.embedded.SharedPostgres;
import io.inference.http.console.Browser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the console shows of a conversation with summaries and a branch, in a real browser. */
class ConversationConsoleIT {
    private static final int PATIENCE_MILLIS = 60_000;
    private static final String MARKUP = "<img src=x onerror=document.title=1>";

    @Test
    void aConversationIsShownWithItsLogSummariesValuesAndPrompt() throws Exception {
        Optional<Path> chromium = Browser.find();
        assumeTrue(chromium.isPresent(), "no Chromium on the PATH");
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
        List<String> options = new ArrayList<>(SharedPostgres.freshOptions("conversation_console"));
        try (var backend = new MemoryBackend()) {
            options.addAll(List.of(
                    "--disable-auth=false",
                    "--redis-enabled=false",
                    "--messages-before-summary=2",
                    "--keep-recent-messages=2",
                    "--summaries-before-consolidation=2",
                    backend.option()));
            try (RunningService service = RunningService.start(options.toArray(String[]::new));
                    var browser = new Browser(chromium.orElseThrow())) {
                String token = token(service, "vera");
                String id = branched(new ConversationCaller(service, token));
                String others = new ConversationCaller(service, token(service, "walter")).begin("Not for Vera.");
                Page page = browser.newPage(ColorScheme.LIGHT);
                page.navigate(service.baseUrl() + "/console");
                page.locator("#token").fill(token);
                page.keyboard().press("Enter");
                page.locator("#nav a[href='#/conversations']").click();
                showsTheList(page);
                showsTheLog(page);
                showsSummariesAndValues(page);
                showsThePrompt(page);
                assertThat(page.locator("main img")).hasCount(0);
                assertThat(page).hasTitle("Console – Inference Service");
                open(page, "#/conversations/" + id + "/log/1");
                assertThat(page.locator(".entry.target")).containsText("1 user");
                open(page, "#/conversations/" + others);
                assertThat(page.locator("p.bad")).containsText("no conversation of that id");
                assertThat(page.locator(".entry")).hasCount(0);
                assertThat(browser.takeComplaints()).isEmpty();
            }
        }
    }

    /** Six messages, four of them in summaries, and two that follow the fourth; then a conversation of another text. */
    private static String branched(ConversationCaller vera) throws Exception {
        String id = vera.begin("The budget is $100. " + MARKUP);
        HttpResponse<String> second = vera.say(id, "The budget is $200. " + MARKUP);
        assertThat(second.statusCode()).isEqualTo(200);
        HttpResponse<String> third = vera.say(id, "Is that all?");
        assertThat(third.statusCode()).isEqualTo(200);
        String path = "/v1/conversations/" + id + "/summaries";
        await().atMost(Duration.ofSeconds(30))
                .until(() -> vera.get(path).path("data").size() == 3);
        JsonNode fourth = vera.messages(id).get(3);
        ObjectNode branch = chat(id, "break the budget")
                .put("stream", true)
                .put("parent_message_id", fourth.path("id").asText());
        HttpResponse<String> broken = vera.post("/v1/chat/completions", branch);
        assertThat(broken.statusCode()).isEqualTo(200);
        await().until(() -> vera.messages(id).size() == 8);
        String ignored = vera.begin("Of something else.");
        return id;
    }

    private static void showsTheList(Page page) {
        Locator list = page.locator(".conversation-list li");
        assertThat(list).hasCount(2);
        page.getByLabel("Find").fill("budget");
        assertThat(list).hasCount(1);
        assertThat(list).containsText("The budget is $100. " + MARKUP);
        assertThat(list).containsText("8 messages");
        list.getByRole(AriaRole.LINK).click();
    }

    private static void showsTheLog(Page page) {
        Locator entries = page.getByLabel("Log").locator(".entry");
        assertThat(entries).hasCount(8);
        assertThat(entries.nth(0)).containsText("1 user");
        assertThat(entries.nth(0)).containsText("The budget is $100. " + MARKUP);
        assertThat(entries.nth(1)).containsText("echo · 7 + 3 tokens · finish stop");
        assertThat(entries.nth(4)).containsText("other branch");
        assertThat(entries.nth(6)).containsText("follows 4");
        assertThat(entries.nth(7)).containsText("incomplete: ");
        assertThat(page.getByText("other branch")).hasCount(2);
    }

    private static void showsSummariesAndValues(Page page) {
        tab(page, "Summaries");
        Locator summaries = page.getByLabel("Summaries").locator(".entry");
        assertThat(summaries).hasCount(3);
        assertThat(summaries.nth(0)).containsText("Level 1: message 1 to message 2");
        assertThat(summaries.nth(0)).containsText("not active");
        Locator highest = summaries.filter(new Locator.FilterOptions().setHasText("Level 2"));
        assertThat(highest).containsText("message 1 to message 4");
        assertThat(highest).containsText("4 messages · by echo");
        assertThat(highest).containsText("of 2 summaries");
        assertThat(highest).containsText(MARKUP);
        assertThat(highest.locator(".badge")).hasText("active");
        tab(page, "Values");
        Locator old = page.locator("tr.superseded").first();
        assertThat(old).isVisible();
        assertThat(old).containsText("$100");
        assertThat(old).containsText("message 3");
    }

    private static void showsThePrompt(Page page) {
        tab(page, "Prompt");
        assertThat(page.getByLabel("Model")).hasValue(MemoryBackend.MODEL);
        assertThat(page.locator(".figures-line")).containsText("After message 8: 3 messages, ");
        assertThat(page.locator(".figures-line")).containsText("4 messages are in summaries");
        assertThat(page.locator(".figures-line")).isVisible();
        Locator prompt = page.getByLabel("Prompt").locator(".entry");
        assertThat(prompt).hasCount(3);
        assertThat(prompt.first()).containsText("Values from earlier messages");
        assertThat(prompt.nth(1)).containsText("break the budget");
    }

    private static void tab(Page page, String name) {
        page.locator(".conversations .tabs")
                .getByRole(AriaRole.LINK, new Locator.GetByRoleOptions().setName(name))
                .click();
    }

    private static void open(Page page, String hash) {
        page.evaluate("hash => { location.hash = hash; }", hash);
    }

    private static String token(RunningService service, String user) throws Exception {
        URI address = URI.create(service.baseUrl() + "/dev/token?groups=admins&sub=" + user);
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }
}
