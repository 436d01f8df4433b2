package io.inference.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.api.backend.ModelInfo;
import io.inference.backend.workflow.Workflow;
import io.inference.backend.workflow.Workflows;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BackendsFileTest {
    private static final Duration FIRST_TOKEN = Duration.ofMinutes(5);
    private static final URI OLLAMA = URI.create("http://localhost:11434");
    private static final Map<String, String> VARIABLES = Map.of("VLLM_KEY", "secret-1", "EMPTY", " ");
    private static final Map<String, String> SETTINGS =
            Map.of("local-model", "smollm2:135m", "max-queue", "512", "hf-token-file", "");

    private static BackendEntries read(String text) {
        return read(text, Map.of());
    }

    private static BackendEntries read(String text, Map<String, String> workflows) {
        return BackendsFile.read(
                text,
                workflows,
                new BackendSettings(
                        null,
                        Path.of("config"),
                        FIRST_TOKEN,
                        List.of(
                                BackendEntry.of("local", BackendKind.LOCAL, List.of(), FIRST_TOKEN),
                                BackendEntry.of("ollama", BackendKind.OLLAMA, List.of(OLLAMA), FIRST_TOKEN)),
                        key -> Optional.ofNullable(SETTINGS.get(key)),
                        new EntrySecrets(name -> Optional.ofNullable(VARIABLES.get(name)))));
    }

    private static BackendEntry only(String text) {
        BackendEntries read = read(text);
        assertThat(read.faults()).isEmpty();
        return read.entries().getLast();
    }

    @Test
    void withoutAFileOrEntriesTheEntriesOfTheVariablesAreAll() throws IOException {
        for (String text :
                new String[] {"", "# nothing\n", "backends:\n", Files.readString(Path.of("backends.yaml"))}) {
            assertThat(read(text).faults()).as(text).isEmpty();
            assertThat(read(text).entries()).extracting(BackendEntry::name).containsExactly("local", "ollama");
        }
        assertThat(read(null).entries()).hasSize(2);
    }

    @Test
    void fiveLinesAddABackend() {
        BackendEntry entry = only("""
                backends:
                  - name: vllm
                    kind: openai
                    urls: [http://gpu1:8000/v1]
                    apiKey: {variable: VLLM_KEY}
                """);

        assertThat(entry)
                .isEqualTo(BackendEntry.of(
                                "vllm", BackendKind.OPENAI, List.of(URI.create("http://gpu1:8000/v1")), FIRST_TOKEN)
                        .withApiKey(new EntryValue.Variable("VLLM_KEY")));
        assertThat(entry.toString()).doesNotContain("secret-1");
    }

    @Test
    void anAddressMayNameAServiceOfKubernetesWithItsPort() {
        String entry = "backends: [{name: vllm, kind: openai, urls: ['%s']}]";

        assertThat(only(entry.formatted("kubernetes://vllm:8000/v1")).isDiscovered())
                .isTrue();
        assertThat(only(entry.formatted("http://vllm:8000/v1")).isDiscovered()).isFalse();
        assertThat(read(entry.formatted("kubernetes://vllm")).faults())
                .extracting(EntryFault::message)
                .containsExactly("'urls': 'kubernetes://vllm' is not kubernetes://service:port or"
                        + " kubernetes://service:port/path");
    }

    @Test
    void everyFieldIsRead(@TempDir Path folder) throws IOException {
        Path pem = Files.writeString(folder.resolve("a.pem"), "x");
        BackendEntry entry = only("""
                backends:
                  - name: all
                    kind: ollama
                    urls: [http://a:1, http://b:1]
                    apiKey: {file: %1$s}
                    models: [one, "two": "real:2b"]
                    aliases: {"gpt-4o": one}
                    context: 32768
                    headers: {X-Team: research, X-Key: {variable: VLLM_KEY}}
                    timeouts: {connect: 500ms, firstToken: 1m, total: 2h, idle: 30s}
                    maxConcurrent: "{{max-queue}}"
                    priority: 1
                    weight: 3
                    lacks: [tools, images]
                    health: {path: /health, every: 5s}
                    tls: {ca: %1$s, certificate: %1$s, key: %1$s}
                    parameters: {failureRateThreshold: 30}
                """.formatted(pem));

        assertThat(entry.urls()).containsExactly(URI.create("http://a:1"), URI.create("http://b:1"));
        assertThat(entry.apiKey()).isEqualTo(new EntryValue.File(pem));
        assertThat(entry.models().real("two")).isEqualTo("real:2b");
        assertThat(entry.models().real("gpt-4o")).isEqualTo("one");
        assertThat(entry.models().context()).isEqualTo(32_768);
        assertThat(entry.headers())
                .containsEntry("X-Team", new EntryValue.Text("research"))
                .containsEntry("X-Key", new EntryValue.Variable("VLLM_KEY"));
        assertThat(entry.timeouts())
                .isEqualTo(new BackendEntry.Timeouts(
                        Duration.ofMillis(500), Duration.ofMinutes(1), Duration.ofHours(2), Duration.ofSeconds(30)));
        assertThat(entry.maxConcurrent()).isEqualTo(512);
        assertThat(entry.priority()).isEqualTo(1);
        assertThat(entry.weight()).isEqualTo(3);
        assertThat(entry.lacks()).containsExactly("images", "tools");
        assertThat(entry.health()).isEqualTo(new BackendEntry.Health("/health", Duration.ofSeconds(5)));
        assertThat(entry.tls()).isEqualTo(new BackendEntry.Tls(pem, pem, pem));
        assertThat(entry.parameters()).containsExactly(Map.entry("failureRateThreshold", "30"));
    }

    @Test
    void anEntryTakesThePlaceOfADefaultOneAndKeepsItsAddress() {
        BackendEntries read = read("""
                backends:
                  - name: ollama
                    priority: 7
                  - name: local
                    enabled: false
                """);

        assertThat(read.faults()).isEmpty();
        assertThat(read.entries()).singleElement().satisfies(entry -> {
            assertThat(entry.kind()).isEqualTo(BackendKind.OLLAMA);
            assertThat(entry.urls()).containsExactly(OLLAMA);
            assertThat(entry.priority()).isEqualTo(7);
        });
    }

    @Test
    void tenFaultsAreTenMessagesWithLineEntryAndField() {
        BackendEntries read = read("""
                backends:
                  - name: Bad Name
                    kind: openai
                    urls: [http://a:1]
                  - name: vllm
                    kind: opanai
                    urls: [localhost:8000]
                    apiKey: sk-literal
                    maxConcurrent: 0
                    prioritty: 1
                    timeouts: {idle: 30}
                  - name: tgi
                    kind: openai
                    apiKey: {variable: NO_SUCH}
                  - name: tgi
                    kind: openai
                    urls: ["{{local-modell}}"]
                    lacks: [toolz]
                """);

        assertThat(read.faults())
                .extracting(EntryFault::line, EntryFault::entry, EntryFault::message)
                .contains(
                        fault(
                                2,
                                "Bad Name",
                                "'name': 'Bad Name' is not a name of small letters, digits and single hyphens, up to"
                                        + " 50 characters"),
                        fault(
                                6,
                                "vllm",
                                "'kind': 'opanai' is not one of openai, ollama, local, openai-images, comfyui, sdcpp, "
                                        + "automatic1111"),
                        fault(
                                7,
                                "vllm",
                                "'urls': 'localhost:8000' is not an address such as http://localhost:11434, without"
                                        + " credentials or query"),
                        fault(
                                8,
                                "vllm",
                                "'apiKey' is not a mapping of keys to values: Refers to a secret: {variable: NAME} or"
                                        + " {file: path}, never the secret itself"),
                        fault(9, "vllm", "'maxConcurrent': '0' is not from 1 to 100000"),
                        fault(10, "vllm", "there is no field 'prioritty' here; did you mean 'priority'?"),
                        fault(11, "vllm", "'idle' is not a text: a time above zero such as 500ms, 30s, 5m or 1h"),
                        fault(12, "tgi", "the field 'urls' is missing"),
                        fault(14, "tgi", "the variable NO_SUCH is not set"),
                        fault(15, "tgi", "there is already an entry 'tgi' in line 12"),
                        fault(17, "tgi", "no setting 'local-modell'; did you mean 'local-model'?"),
                        fault(
                                18,
                                "tgi",
                                "'lacks': 'toolz' is not one of chat, completions, embeddings, streaming, "
                                        + "tools, forced_tools, strict_tools, other_tools, json_object, json_schema, "
                                        + "images, remote_images, content_parts, system_messages, think, "
                                        + "reasoning_effort, logprobs, "
                                        + "max_tokens, max_completion_tokens, n, stop, seed, temperature, top_p, "
                                        + "top_k, min_p, repeat_penalty, presence_penalty, frequency_penalty, "
                                        + "logit_bias, parallel_tool_calls, dimensions, image_generations, "
                                        + "image_edits, mask, size, quality, background, output_format, "
                                        + "output_compression, moderation, input_fidelity, partial_images"));
        assertThat(read.faults().toString()).doesNotContain("sk-literal");
    }

    @Test
    void furtherFaultsOfMeaningAreReported() {
        BackendEntries read = read("""
                backends:
                  - name: a
                    kind: local
                    urls: [http://a:1]
                  - name: b
                    kind: openai
                    urls: [http://a:1]
                    models: [one, one]
                    headers: {Authorization: Bearer x, "a b": c}
                    tls: {certificate: none.pem}
                  - name: c
                    urls: [http://a:1]
                    apiKey: {variable: EMPTY}
                    health: {path: /health}
                  - name: d
                    kind: openai
                    urls: [http://a:1]
                    apiKey: {file: no-such-file}
                """);

        assertThat(read.faults())
                .extracting(EntryFault::line, EntryFault::entry, EntryFault::message)
                .containsExactlyInAnyOrder(
                        fault(4, "a", "the model of this process has no 'urls'"),
                        fault(8, "b", "'models' names 'one' twice"),
                        fault(9, "b", "a secret is not written here: {variable: NAME} or {file: path} refers to it"),
                        fault(9, "b", "'a b' is no name of a header"),
                        fault(10, "b", "'tls': a certificate needs its key, and a key its certificate"),
                        fault(10, "b", "the file 'none.pem' cannot be read"),
                        fault(11, "c", "the field 'kind' is missing"),
                        fault(13, "c", "the variable EMPTY is not set"),
                        fault(14, "c", "this path lists no models, so that the field 'models' must name them"),
                        fault(18, "d", "the file 'no-such-file' cannot be read as text"));
        assertThat(read.entries()).extracting(BackendEntry::name).containsExactly("local", "ollama");
    }

    @Test
    void anEntryOfComfyUiNamesItsWorkflows() {
        String flux = "{\"1\": {\"class_type\": \"A\", \"inputs\": {\"text\": \"{{prompt}}\"}}}";
        String text = """
                backends:
                  - name: art
                    kind: comfyui
                    urls: [http://a:8188]
                    workflow: flux.workflow.json
                """;

        BackendEntries read = read(text, Map.of("flux.workflow.json", flux));

        assertThat(read.faults()).isEmpty();
        BackendEntry entry = read.entries().getLast();
        assertThat(entry.workflows()).isEqualTo(new Workflows(new Workflow(flux), null));
        assertThat(read(text, Map.of("flux.workflow.json", flux + " "))
                        .entries()
                        .getLast())
                .as("a changed file makes another entry")
                .isNotEqualTo(entry);
    }

    @Test
    void faultsOfWorkflowsAreThoseOfTheirEntries() {
        BackendEntries read = read("""
                backends:
                  - name: art
                    kind: comfyui
                    urls: [http://a:8188]
                    workflow: none.workflow.json
                    editWorkflow: bad.workflow.json
                  - name: web
                    kind: automatic1111
                    urls: [http://a:7860]
                    workflow: bad.workflow.json
                  - name: up
                    kind: comfyui
                    urls: [http://a:8188]
                    workflow: ../bad.workflow.json
                """, Map.of("bad.workflow.json", "{}"));

        assertThat(read.faults())
                .extracting(EntryFault::line, EntryFault::entry, EntryFault::message)
                .contains(
                        fault(5, "art", "there is no file 'none.workflow.json' in CONFIG_DIR"),
                        fault(6, "art", "the file 'bad.workflow.json' has no nodes"),
                        fault(10, "web", "only the kind comfyui has a 'workflow'"),
                        fault(
                                14,
                                "up",
                                "'workflow': '../bad.workflow.json' is not the name of a file in CONFIG_DIR that ends"
                                        + " in .workflow.json, a workflow of ComfyUI in its API format"));
        assertThat(read.entries()).extracting(BackendEntry::name).containsExactly("local", "ollama");
    }

    @Test
    void whatIsNoYamlOrNoListIsReportedWithItsLine() {
        assertThat(read("backends:\n  - name: a\n kind: x\n").faults())
                .singleElement()
                .satisfies(fault -> {
                    assertThat(fault.line()).isEqualTo(3);
                    assertThat(fault.message()).startsWith("it is no YAML: ");
                });
        assertThat(read("backends: {a: b}").faults())
                .singleElement()
                .extracting(EntryFault::message)
                .asString()
                .startsWith("'backends' is not a list");
        assertThat(read("backend: []").faults())
                .singleElement()
                .extracting(EntryFault::message)
                .isEqualTo("there is no field 'backend' here; did you mean 'backends'?");
    }

    @Test
    void modelsAreSeenUnderTheNamesThatCallersUse() {
        EntryModels all = only("""
                backends:
                  - name: a
                    kind: openai
                    urls: [http://a:1]
                    aliases: {"gpt-4o": "qwen3:8b", "gone": "no-such"}
                """).models();
        EntryModels some = only("""
                backends:
                  - name: a
                    kind: openai
                    urls: [http://a:1]
                    models: [llama3, "fast": "qwen3:8b"]
                """).models();
        List<ModelInfo> listed = List.of(
                ModelInfo.named("qwen3:8b", "x"), ModelInfo.named("llama3:latest", "x"), ModelInfo.named("o", "x"));

        assertThat(all.seen(listed, "a"))
                .extracting(ModelInfo::id)
                .containsExactly("qwen3:8b", "llama3:latest", "o", "gpt-4o");
        assertThat(some.seen(listed, "a")).extracting(ModelInfo::id).containsExactly("llama3", "fast");
        assertThat(all.real("gpt-4o:latest")).isEqualTo("qwen3:8b");
        assertThat(all.real("o")).isEqualTo("o");
    }

    private static org.assertj.core.groups.Tuple fault(int line, String entry, String message) {
        return org.assertj.core.groups.Tuple.tuple(line, entry, message);
    }
}
