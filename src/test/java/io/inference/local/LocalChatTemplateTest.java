package io.inference.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.Options;
import io.inference.local.store.FetchListener;
import io.inference.local.store.StoreSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Failures for callers if a model's chat template cannot be used, or refuses the messages. */
class LocalChatTemplateTest {
    private static final String MODEL = "tiny";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '@', textBlock = """
            {% include 'x' %} @ line 1: unknown statement 'include'
            {% for m in messages %}{{ m.content|pprint }}{% endfor %} @ line 1: the filter 'pprint' is not supported
            {% if x %} @ line 1: 'endif' expected
            """)
    void aTemplateThatCannotBeUsedIsNamedAndTextsAreStillCompleted(String template, String what) throws Exception {
        try (LocalModels models = models(template)) {
            LocalBackend backend = backend(models);
            assertThatThrownBy(() -> backend.chat(chat("hi"), call()))
                    .asInstanceOf(type(InferenceException.class))
                    .satisfies(e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED);
                        assertThat(e).hasMessageContaining("chat template").hasMessageContaining(what);
                        assertThat(e).hasMessageNotContaining("no chat template");
                    });
            assertThat(backend.generate(new GenerateRequest(MODEL, List.of("abc"), oneToken(), false), call()))
                    .isInstanceOf(ChatAnswer.class);
        }
    }

    @Test
    void aTemplateThatRefusesTheMessagesSaysWhy() throws Exception {
        try (LocalModels models = models("{{ raise_exception('Roles must alternate') }}")) {
            assertThatThrownBy(() -> backend(models).chat(chat("hi"), call()))
                    .asInstanceOf(type(InferenceException.class))
                    .satisfies(e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
                        assertThat(e).hasMessageContaining("Roles must alternate");
                    });
        }
    }

    @Test
    void aTemplateThatRefusesSystemMessagesGetsThemInTheMessageOfTheUser() throws Exception {
        String template = """
                {% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}
                {% for m in messages %}{{ m.content }}{% endfor %}""";
        try (LocalModels models = models(template)) {
            LocalBackend backend = backend(models);
            int alone = promptTokens(backend.chat(chat("abc"), call()));
            ChatRequest request = chat("abc")
                    .withMessages(List.of(Message.of(Role.SYSTEM, "be brief"), Message.of(Role.USER, "abc")));
            assertThat(promptTokens(backend.chat(request, call()))).isGreaterThan(alone);
        }
    }

    private static int promptTokens(ChatAnswer answer) {
        return ((ChatAnswer.Whole) answer).usage().promptTokens();
    }

    @Test
    void aTemplateThatCanBeUsedIs() throws Exception {
        try (LocalModels models = models("{% for m in messages %}{{ m.content }}{% endfor %}")) {
            assertThat(backend(models).chat(chat("abc"), call())).isInstanceOf(ChatAnswer.class);
        }
    }

    private static ChatRequest chat(String content) {
        return new ChatRequest(
                MODEL, List.of(Message.of(Role.USER, content)), oneToken(), List.of(), null, null, null, false);
    }

    private static Options oneToken() {
        return new Options(0.0, null, null, null, null, null, null, 1L, 1, List.of(), null, 1, null);
    }

    private static Call call() {
        return new Call("id", "rest", Duration.ofMinutes(1));
    }

    private static LocalBackend backend(LocalModels models) {
        return new LocalBackend("local", models, Duration.ofMinutes(1));
    }

    private LocalModels models(String template) throws IOException {
        Path file = Files.write(folder.resolve(MODEL + ".gguf"), withTemplate(template));
        return LocalModels.start(
                new LocalSettings(
                        "cpu",
                        file.toString(),
                        StoreSettings.of(folder, null),
                        Optional.empty(),
                        Optional.of(1),
                        0,
                        false,
                        8,
                        8),
                FetchListener.NONE);
    }

    /** The tiny model with another template of the same length in place of its own. */
    private static byte[] withTemplate(String template) throws IOException {
        try (InputStream in = LocalChatTemplateTest.class.getResourceAsStream("/models/good.gguf")) {
            String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.ISO_8859_1);
            int start = text.indexOf("{% for m in messages %}");
            String end = "assistant\n' }}{% endif %}";
            int length = text.indexOf(end, start) + end.length() - start;
            String padded = template + " ".repeat(length - template.length());
            return (text.substring(0, start) + padded + text.substring(start + length))
                    .getBytes(StandardCharsets.ISO_8859_1);
        }
    }
}
