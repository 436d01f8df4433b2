package io.inference.http.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.http.batches.BatchRequestReader;
import io.inference.http.conversations.ConversationReader;
import io.inference.http.jobs.JobRequestReader;
import io.inference.http.keys.NewApiKeyReader;
import io.inference.http.ollama.request.EmbedRequestReader;
import io.inference.http.openai.image.ImageRequestReader;
import io.inference.http.openai.request.ChatRequestReader;
import io.inference.http.openai.request.CompletionRequestReader;
import io.inference.http.openai.request.EmbeddingRequestReader;
import io.inference.http.openai.request.SummaryRequestReader;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

class OpenApiDocumentTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Map<String, Function<byte[], ?>> READERS = Map.ofEntries(
            reader("/v1/chat/completions", ChatRequestReader::read),
            reader("/v1/completions", CompletionRequestReader::read),
            reader("/v1/embeddings", EmbeddingRequestReader::read),
            reader("/v1/api-keys", NewApiKeyReader::read),
            reader("/v1/jobs", body -> JobRequestReader.read(body, Caller.LOCAL, null, "/v1")),
            reader("/v1/conversations", ConversationReader::begin),
            reader("/v1/batches", body -> BatchRequestReader.read(body, Caller.LOCAL, "/v1")),
            reader("/api/chat", io.inference.http.ollama.request.ChatRequestReader::read),
            reader("/api/generate", io.inference.http.ollama.request.GenerateRequestReader::read),
            reader("/api/embed", EmbedRequestReader::read),
            reader("/api/embeddings", EmbedRequestReader::readLegacy),
            reader("/v1/images/generations", ImageRequestReader::generation),
            reader("/v1/images/edits", ImageRequestReader::edit),
            reader("/v1/summaries", SummaryRequestReader::read));

    private static Map.Entry<String, Function<byte[], ?>> reader(String path, Function<byte[], ?> reader) {
        return Map.entry(path, reader);
    }

    @Test
    void everyRouteOfTheRestDoorIsDescribedAndNothingElse() throws IOException {
        JsonNode document = document("/v1", routes());
        assertThat(operations(document))
                .containsExactlyInAnyOrderElementsOf(withOwnAnswers(routes().stream()
                        .map(path -> path.method() + " " + path.path().replace("{*", "{"))
                        .toList()));
        assertThat(document.findValuesAsText("operationId"))
                .doesNotHaveDuplicates()
                .noneMatch(id -> id.startsWith("rest-"));
    }

    @Test
    void thePrefixIsTheConfiguredOne() throws IOException {
        JsonNode document = document("/v2", List.of(path("POST", "/v2/chat/completions")));
        assertThat(operations(document))
                .containsExactlyInAnyOrderElementsOf(withOwnAnswers(List.of("POST /v2/chat/completions")));
        assertThat(document.at("/info/version").textValue()).isEqualTo("1.2.3");
    }

    @Test
    void routesThatOperatorsAddAppearWithTheirDescription() throws IOException {
        var added = new PublishedPaths.Path("GET", "/hello/{name}/{*rest}", "hello", "Greets by name.");
        JsonNode operation = document("/v1", List.of(added)).at("/paths/~1hello~1{name}~1{rest}/get");
        assertThat(operation.path("summary").textValue()).isEqualTo("Greets by name.");
        assertThat(operation.path("operationId").textValue()).isEqualTo("hello-get");
        assertThat(operation.findValuesAsText("name")).containsExactly("name", "rest");
        assertThat(operation.at("/responses/default/description").textValue()).isNotEmpty();
    }

    @Test
    void everyReferenceLeadsSomewhere() throws IOException {
        JsonNode document = document("/v1", routes());
        assertThat(document.findValuesAsText("$ref"))
                .isNotEmpty()
                .allSatisfy(reference -> assertThat(
                                document.at(reference.substring(1)).isMissingNode())
                        .describedAs(reference)
                        .isFalse());
    }

    @Test
    void everyExampleIsARequestThatTheDoorTakes() throws IOException {
        JsonNode paths = document("/v1", routes()).path("paths");
        for (var reader : READERS.entrySet()) {
            JsonNode examples = paths.path(reader.getKey()).at("/post/requestBody/content/application~1json/examples");
            assertThat(examples).describedAs(reader.getKey()).isNotEmpty();
            for (JsonNode example : examples) {
                byte[] body = JSON.writeValueAsBytes(example.path("value"));
                assertThatCode(() -> reader.getValue().apply(body)).doesNotThrowAnyException();
            }
        }
    }

    @Test
    void everyReasonCodeIsListed() throws IOException {
        JsonNode codes =
                document("/v1", routes()).at("/components/schemas/OpenAiError/properties/error/properties/code/enum");
        assertThat(StreamSupport.stream(codes.spliterator(), false).map(JsonNode::textValue))
                .containsExactlyElementsOf(
                        Arrays.stream(ErrorCode.values()).map(ErrorCode::reason).toList());
    }

    private static List<String> withOwnAnswers(List<String> operations) {
        List<String> all = new ArrayList<>(operations);
        all.addAll(List.of("GET /health", "GET /openapi.json", "GET /docs"));
        return all;
    }

    private static TreeSet<String> operations(JsonNode document) {
        TreeSet<String> operations = new TreeSet<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(
                                method -> operations.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        return operations;
    }

    private static JsonNode document(String prefix, List<PublishedPaths.Path> published) throws IOException {
        return JSON.readTree(new OpenApiDocument(prefix, "1.2.3").json(published, null));
    }

    private static PublishedPaths.Path path(String method, String path) {
        return new PublishedPaths.Path(method, path, "rest-x", "");
    }

    /** The paths that the door's route files declare. */
    private static List<PublishedPaths.Path> routes() throws IOException {
        List<PublishedPaths.Path> paths = new ArrayList<>();
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("routes"), "rest-*.camel.yaml")) {
            all.forEach(files::add);
        }
        for (Path file : files) {
            List<Map<String, Map<String, Map<String, Object>>>> routes = new Yaml().load(Files.readString(file));
            for (var route : routes) {
                @SuppressWarnings("unchecked")
                var parameters =
                        (Map<String, String>) route.get("route").get("from").get("parameters");
                paths.add(path(
                        parameters.get("httpMethodRestrict"),
                        parameters.get("path").replace("{{api-version}}", "v1")));
            }
        }
        return paths;
    }
}
