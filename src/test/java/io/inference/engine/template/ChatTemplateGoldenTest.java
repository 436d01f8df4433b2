package io.inference.engine.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Compares the interpreter with the output of Jinja2; {@code make-goldens.py} beside the goldens generates them. */
class ChatTemplateGoldenTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final JsonNode goldens = json("/template/goldens.json");
    private final Instant now = LocalDateTime.parse(goldens.get("now").asText())
            .atZone(ZoneId.systemDefault())
            .toInstant();

    @TestFactory
    Stream<DynamicTest> rendersFamiliesOfTemplatesAsJinjaDoes() {
        assertThat(goldens.get("families")).hasSizeGreaterThan(100);
        return goldens.get("families").valueStream().map(it -> {
            String template = it.get("template").asText();
            String conversation = it.get("conversation").asText();
            Map<String, Object> variables = map(goldens.get("conversations").get(conversation));
            variables.put("bos_token", "<s>");
            variables.put("eos_token", "</s>");
            return DynamicTest.dynamicTest(
                    template + " " + conversation,
                    () -> assertOutcome(text("/template/families/" + template), variables, it));
        });
    }

    @TestFactory
    Stream<DynamicTest> evaluatesSnippetsAsJinjaDoes() {
        assertThat(goldens.get("snippets")).hasSizeGreaterThan(600);
        return goldens.get("snippets")
                .valueStream()
                .map(it -> DynamicTest.dynamicTest(
                        it.get("template").toString(),
                        () -> assertOutcome(it.get("template").asText(), map(goldens.get("variables")), it)));
    }

    /** One template of each kind that once failed; includes a history of 1,000 messages. */
    @TestFactory
    Stream<DynamicTest> rendersRecordedTemplatesAsJinjaDoes() {
        JsonNode samples = json("/template/templates.json");
        assertThat(samples).hasSize(5);
        return samples.valueStream()
                .map(it -> DynamicTest.dynamicTest(
                        it.get("name").asText(),
                        () -> assertOutcome(it.get("template").asText(), map(it.get("variables")), it)));
    }

    @TestFactory
    Stream<DynamicTest> rendersTheDefaultModelsTemplate() {
        JsonNode recording = json("/smollm2-135m/chat-template.json");
        ChatTemplate template = ChatTemplate.parse(recording.get("template").asText());
        return recording
                .get("cases")
                .valueStream()
                .map(it -> DynamicTest.dynamicTest(
                        it.get("messages").toString(),
                        () -> assertThat(template.render(messages(it.get("messages")), null, true, Map.of()))
                                .isEqualTo(it.get("prompt").asText())));
    }

    private void assertOutcome(String source, Map<String, Object> variables, JsonNode expected) {
        if (expected.has("error")) {
            assertThatThrownBy(() -> render(source, variables)).isInstanceOf(TemplateException.class);
        } else {
            assertThat(render(source, variables))
                    .isEqualTo(expected.get("prompt").asText());
        }
    }

    @SuppressWarnings("unchecked")
    private String render(String source, Map<String, Object> given) {
        Map<String, Object> variables = new HashMap<>(given);
        List<Map<String, Object>> messages =
                (List<Map<String, Object>>) Objects.requireNonNullElse(variables.remove("messages"), List.of());
        List<Object> tools = (List<Object>) variables.remove("tools");
        boolean prompt = (boolean) Objects.requireNonNullElse(variables.remove("add_generation_prompt"), true);
        return ChatTemplate.parse(source, InstantSource.fixed(now)).render(messages, tools, prompt, variables);
    }

    private static List<Map<String, Object>> messages(JsonNode messages) {
        return JSON.convertValue(messages, new TypeReference<>() {});
    }

    private static Map<String, Object> map(JsonNode node) {
        return JSON.convertValue(node, new TypeReference<>() {});
    }

    private static JsonNode json(String resource) {
        try {
            return JSON.readTree(text(resource));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(String resource) {
        try (InputStream in = ChatTemplateGoldenTest.class.getResourceAsStream(resource)) {
            return new String(Objects.requireNonNull(in, resource).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
