package io.inference.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.ChatRequest;
import io.inference.api.request.EmbedRequest;
import io.inference.api.request.GenerateRequest;
import io.inference.api.request.ImageRequest;
import io.inference.api.request.InferenceRequest;
import io.inference.api.request.SummarizeRequest;
import io.inference.api.request.Unsupported;
import io.inference.http.answer.HttpErrors;
import io.inference.http.format.WireRequest;
import io.inference.http.ollama.request.EmbedRequestReader;
import io.inference.http.openai.image.ImageRequestReader;
import io.inference.http.openai.request.ChatRequestReader;
import io.inference.http.openai.request.CompletionRequestReader;
import io.inference.http.openai.request.EmbeddingRequestReader;
import io.inference.openai.image.OpenAiImageRequests;
import io.inference.openai.request.OpenAiRequests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Any input is either a request or the caller's fault: never an internal error, never a hang. The seed is fixed. */
class RubbishTest {
    private static final int MUTATIONS = 4_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String CHAT = """
            {"model":"m","messages":[{"role":"system","content":"é\\ud83d\\ude00"},{"role":"user","name":"a","content":[
             {"type":"text","text":"x"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]},
             {"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function","function":{"name":"f",\
            "arguments":"{}"}}]},
             {"role":"tool","tool_call_id":"1","content":"y"}],"n":2,"temperature":0.5,"stop":["a"],"seed":3,\
            "stream":true,
             "stream_options":{"include_usage":true},"logprobs":true,"top_logprobs":2,"max_tokens":9,"think":true,
             "images":["iVBORw0KGgo="],"format":{"type":"object"},"options":{"num_predict":-1,"stop":["b"],"seed":1,\
            "top_k":4},
             "tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],"tool_choice":"auto",
             "response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{}}},"keep_alive":"5m",\
            "prompt":"p"}""";

    private static final String TEXTS = """
            {"model":"m","prompt":["a","b"],"input":["a","é"],"n":1,"best_of":1,"logprobs":1,"echo":false,\
            "dimensions":3,
             "encoding_format":"base64","truncate":true,"keep_alive":0,"stream":false,"suffix":""}""";

    private static final String PICTURES = """
            {"model":"m","prompt":"a \\ud83d\\ude00","n":2,"size":"8x8","quality":"high","background":"opaque",\
            "output_format":"webp","output_compression":7,"moderation":"low","input_fidelity":"high",\
            "response_format":"url","stream":true,"partial_images":1,"seed":4,"cfg_scale":1.5,"negative_prompt":"é",
             "images":[{"image_url":"data:image/png;base64,iVBORw0KGgo="},{"file_id":"a"}],"mask":{"file_id":"b"}}""";

    private static final List<String> BODIES = List.of(CHAT, TEXTS, PICTURES);

    private static final Map<String, Function<byte[], WireRequest<?>>> READERS = Map.of(
            "openai chat", ChatRequestReader::read,
            "openai completion", CompletionRequestReader::read,
            "openai embedding", EmbeddingRequestReader::read,
            "openai images", body -> ImageRequestReader.generation(withoutPictures(body)),
            "openai image edits", body -> ImageRequestReader.edit(body),
            "ollama chat", io.inference.http.ollama.request.ChatRequestReader::read,
            "ollama generate", io.inference.http.ollama.request.GenerateRequestReader::read,
            "ollama embed", EmbedRequestReader::read,
            "ollama legacy embed", EmbedRequestReader::readLegacy);

    private static final List<String> SPLICES = List.of(
            "null",
            "true",
            "-1",
            "1e999",
            "99999999999999999999",
            "0.5",
            "\"\"",
            "\"x\"",
            "[]",
            "{}",
            "[[1]]",
            "[null]",
            "{\"a\":{}}",
            "\"\\ud800\"",
            "\"\\u0000\"",
            ",",
            ":",
            "\"",
            "}",
            "]",
            "\u0001",
            "\u00A0");

    @Test
    void mutatedBytes() {
        mutate(1, (body, random) -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            return random.nextInt(4) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
        });
    }

    @Test
    void splicedText() {
        mutate(2, (body, random) -> {
            int from = random.nextInt(body.length());
            int to = Math.min(body.length(), from + random.nextInt(12));
            String splice = SPLICES.get(random.nextInt(SPLICES.size()));
            return (body.substring(0, from) + splice + body.substring(to)).getBytes(StandardCharsets.UTF_8);
        });
    }

    /** Values of a wrong type in valid JSON: they pass the parser and reach the readers. */
    @Test
    void exchangedValues() throws IOException {
        ObjectMapper json = new ObjectMapper();
        for (String body : BODIES) {
            Random random = new Random(3);
            for (int i = 0; i < MUTATIONS; i++) {
                var tree = json.readTree(body);
                var replacement = json.readTree(SPLICES.get(random.nextInt(14)));
                replaceOne(tree, replacement, random);
                byte[] bytes = json.writeValueAsBytes(tree);
                READERS.forEach((name, reader) -> read(name, reader, bytes));
            }
        }
    }

    private static void replaceOne(JsonNode at, JsonNode by, Random random) {
        if (at instanceof ObjectNode object && !object.isEmpty()) {
            var names = new ArrayList<String>();
            object.fieldNames().forEachRemaining(names::add);
            String name = names.get(random.nextInt(names.size()));
            if (object.get(name).isContainerNode() && random.nextBoolean()) {
                replaceOne(object.get(name), by, random);
            } else {
                object.set(name, by);
            }
        } else if (at instanceof ArrayNode array && !array.isEmpty()) {
            int index = random.nextInt(array.size());
            if (array.get(index).isContainerNode() && random.nextBoolean()) {
                replaceOne(array.get(index), by, random);
            } else {
                array.set(index, by);
            }
        }
    }

    /** With other names for the pictures, which a generation does not take. */
    private static byte[] withoutPictures(byte[] body) {
        String text = new String(body, StandardCharsets.ISO_8859_1);
        return text.replace("\"images\"", "\"seed\"")
                .replace("\"mask\"", "\"steps\"")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private interface Mutation {
        byte[] of(String body, Random random);
    }

    private static void mutate(long seed, Mutation mutation) {
        for (String body : BODIES) {
            Random random = new Random(seed);
            for (int i = 0; i < MUTATIONS; i++) {
                byte[] bytes = mutation.of(body, random);
                READERS.forEach((name, reader) -> read(name, reader, bytes));
            }
        }
    }

    /** What an OpenAI-compatible backend would get, which has to be JSON. */
    private static JsonNode sent(InferenceRequest request) {
        Unsupported.check(request, Unsupported.extensionsAnd());
        byte[] body = switch (request) {
            case ChatRequest chat -> OpenAiRequests.chat(chat);
            case GenerateRequest generate -> OpenAiRequests.completion(generate);
            case EmbedRequest embed -> OpenAiRequests.embedding(embed);
            case SummarizeRequest summarize -> throw new IllegalStateException(summarize.model());
            case ImageRequest image -> OpenAiImageRequests.generation(image, Set.of());
        };
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw new IllegalStateException(new String(body, StandardCharsets.UTF_8), e);
        }
    }

    private static void read(String name, Function<byte[], WireRequest<?>> reader, byte[] bytes) {
        try {
            WireRequest<?> read = reader.apply(bytes);
            if (!(read.request() instanceof ImageRequest)) {
                assertThat(read.model()).isNotEmpty();
            }
            if (read.request() != null) {
                assertThat(sent(read.request())).isNotEmpty();
            }
        } catch (InferenceException e) {
            assertThat(Set.of(ErrorCode.INVALID_REQUEST, ErrorCode.UNSUPPORTED))
                    .describedAs("%s", e)
                    .contains(e.code());
            HttpErrors.answer("/v1/x", "/v1", "1", e);
        } catch (RuntimeException | Error e) {
            throw new AssertionError(name + " failed at " + new String(bytes, StandardCharsets.UTF_8), e);
        }
    }
}
