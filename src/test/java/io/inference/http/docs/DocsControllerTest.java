package io.inference.http.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.http.HttpSettings;
import io.inference.http.security.SignInAddresses;
import io.inference.security.issuer.SignIn;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockServletContext;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockMvcRequestBuilders;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.context.support.AnnotationConfigWebApplicationContext;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;

class DocsControllerTest {
    @Configuration
    @EnableWebMvc
    @Import({DocsConfiguration.class, DocsController.class, HealthController.class, SignInAddresses.class})
    static class Application {
        @Bean
        PublishedPaths publishedPaths() {
            return () -> List.of(new PublishedPaths.Path("GET", "/v1/models", "rest-openai-models", ""));
        }

        @Bean
        HttpSettings settings() {
            Duration time = Duration.ofMinutes(1);
            return new HttpSettings("/v1", 1, time, time, time, false, null);
        }

        @Bean
        SignIn signIn() {
            return new SignIn.Elsewhere();
        }
    }

    private final MockMvc mvc = mvc();

    @Test
    void theDocumentIsThere() throws Exception {
        MockHttpServletResponse answer = get("/openapi.json");
        assertThat(answer.getContentType()).isEqualTo("application/json");
        assertThat(answer.getContentAsString())
                .contains("\"openapi\":\"3.1.0\"", "/v1/models", "\"version\":\"1.2.3\"");
    }

    @Test
    void thePageNeedsNothingFromElsewhere() throws Exception {
        MockHttpServletResponse page = get("/docs");
        assertThat(page.getContentType()).isEqualTo("text/html;charset=utf-8");
        assertThat(page.getHeader("Content-Security-Policy")).contains("default-src 'none'", "connect-src 'self'");
        String html = page.getContentAsString();
        assertThat(html).doesNotContain("http://", "https://", "//");
        var links = Pattern.compile("(?:href|src)=\"([^\"]+)\"").matcher(html);
        int found = 0;
        while (links.find()) {
            assertThat(get("/" + links.group(1)).getStatus())
                    .describedAs(links.group(1))
                    .isEqualTo(200);
            found++;
        }
        assertThat(found).isGreaterThanOrEqualTo(4);
    }

    @Test
    void theScriptsAreWhatTheySay() throws Exception {
        assertThat(get("/docs/swagger-ui-bundle.js").getContentType()).contains("javascript");
        assertThat(get("/docs/swagger-ui.css").getContentType()).contains("css");
        assertThat(get("/docs/swagger-ui-start.js").getContentAsString())
                .contains("url: \"openapi.json\"", "validatorUrl: \"none\"");
    }

    @Test
    void thePagesOfTheWebjarAreNotServed() throws Exception {
        for (String path : List.of("/docs/index.html", "/docs/swagger-initializer.js", "/docs/oauth2-redirectx.html")) {
            assertThat(get(path).getStatus()).describedAs(path).isEqualTo(404);
        }
        assertThat(get("/docs/").getHeader("Location")).isEqualTo("../docs");
    }

    @Test
    void thePageThatTheIssuerSendsBackToRunsOneScriptOfItsOwn() throws Exception {
        MockHttpServletResponse page = get("/docs/oauth2-redirect.html");
        assertThat(page.getStatus()).isEqualTo(200);
        assertThat(page.getHeader("Content-Security-Policy")).startsWith("default-src 'none'; script-src 'self';");
        assertThat(page.getHeader("Cache-Control")).isEqualTo("no-store");
        assertThat(page.getContentAsString()).contains("<script src=\"oauth2-redirect.js\">");
        assertThat(get("/docs/oauth2-redirect.js").getContentType()).contains("javascript");
    }

    @Test
    void healthIsYesOrNo() throws Exception {
        MockHttpServletResponse health = get("/health");
        assertThat(health.getStatus()).isEqualTo(200);
        assertThat(health.getContentAsString(StandardCharsets.UTF_8)).isEqualTo("{\"status\":\"UP\"}");
    }

    private MockHttpServletResponse get(String path) throws Exception {
        return mvc.perform(MockMvcRequestBuilders.get(path)).andReturn().getResponse();
    }

    private static MockMvc mvc() {
        var context = new AnnotationConfigWebApplicationContext();
        context.setServletContext(new MockServletContext());
        context.setEnvironment(new MockEnvironment().withProperty("service-version", "1.2.3"));
        context.register(Application.class);
        context.refresh();
        return MockMvcBuilders.webAppContextSetup(context).build();
    }
}
