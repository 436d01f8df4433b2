package io.inference.imageserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.inference.stub.StubServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A request to an image server and its answer, as files under {@code src/test/resources/sd-server} have them. What
 * differs from one run to the next, ids of tasks and the bytes of pictures, is left out of requests.
 */
public record Exchange(Request request, Answer answer) {
    /** @param body JSON, or the parts of a form; null if there is none */
    public record Request(String method, String path, JsonNode body) {
        static Request of(StubServer.Request sent) throws IOException {
            String type = sent.headers().getOrDefault("content-type", "");
            JsonNode body = NullNode.getInstance();
            if (type.startsWith("multipart/")) {
                body = parts(new String(sent.bytes(), StandardCharsets.ISO_8859_1), type.replaceFirst(".*=", ""));
            } else if (sent.bytes().length > 0) {
                body = withoutWhatDiffers(JSON.readTree(sent.bytes()));
            }
            return new Request(sent.method(), sent.path(), body);
        }
    }

    /** @param type empty if the answer has no body */
    public record Answer(int status, String type, String body) {
        public JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The same with another body. */
        Answer with(Consumer<ObjectNode> change) {
            ObjectNode changed = (ObjectNode) json();
            change.accept(changed);
            return new Answer(status, type, changed.toString());
        }

        void sendTo(StubServer.Connection connection) throws IOException {
            connection.whole(status, type, body);
        }
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FOLDER = "/sd-server/";
    private static final Pattern TASK = Pattern.compile("task\\(.*\\)");
    private static final Pattern PICTURE = Pattern.compile("[A-Za-z0-9+/]{60,}=*");
    private static final Pattern PART =
            Pattern.compile("; name=\"([^\"]+)\"(?:; filename=\"([^\"]+)\")?\r\n(?:Content-Type: (.*)\r\n)?");

    /** The exchanges of a recording, in the order of their answers. */
    public static List<Exchange> recorded(String name) {
        try (InputStream in = Exchange.class.getResourceAsStream(FOLDER + name + ".json")) {
            List<Exchange> exchanges = new ArrayList<>();
            for (JsonNode each : JSON.readTree(Objects.requireNonNull(in, name))) {
                JsonNode request = each.path("request");
                JsonNode response = each.path("response");
                exchanges.add(new Exchange(
                        new Request(
                                request.path("method").asText(),
                                request.path("path").asText(),
                                request.has("body") ? request.get("body") : NullNode.getInstance()),
                        new Answer(
                                response.path("status").asInt(),
                                response.at("/headers/Content-Type").asText(),
                                response.path("body").asText())));
            }
            return exchanges;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first recorded answer to a path that ends so. */
    public static Answer answer(String name, String path) {
        return recorded(name).stream()
                .filter(exchange -> exchange.request.path.endsWith(path))
                .findFirst()
                .orElseThrow()
                .answer;
    }

    /** Writes a recording. An answer that repeats the one before it to the same question is left out. */
    static void record(Path folder, String name, List<Exchange> exchanges) throws IOException {
        ArrayNode all = JSON.createArrayNode();
        Map<Request, Answer> last = new HashMap<>();
        for (Exchange exchange : exchanges) {
            if (!exchange.answer.equals(last.put(exchange.request, exchange.answer))) {
                all.add(exchange.json());
            }
        }
        Files.createDirectories(folder);
        String text = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(all);
        Files.writeString(folder.resolve(name + ".json"), text + "\n");
    }

    private ObjectNode json() {
        ObjectNode json = JSON.createObjectNode();
        ObjectNode sent =
                json.putObject("request").put("method", request.method).put("path", request.path);
        if (!request.body.isNull()) {
            sent.set("body", request.body);
        }
        ObjectNode response = json.putObject("response").put("status", answer.status);
        if (!answer.type.isEmpty()) {
            response.putObject("headers").put("Content-Type", answer.type);
        }
        response.put("body", answer.body);
        return json;
    }

    private static JsonNode parts(String form, String boundary) {
        ArrayNode parts = JSON.createArrayNode();
        for (String part : form.split("--" + Pattern.quote(boundary))) {
            Matcher head = PART.matcher(part);
            if (!head.find()) {
                continue;
            }
            ObjectNode told = parts.addObject().put("name", head.group(1));
            if (head.group(2) == null) {
                told.put("text", part.substring(part.indexOf("\r\n\r\n") + 4, part.length() - 2));
            } else {
                told.put("filename", head.group(2)).put("type", head.group(3));
            }
        }
        return parts;
    }

    private static JsonNode withoutWhatDiffers(JsonNode value) {
        if (value instanceof ObjectNode object) {
            object.fields().forEachRemaining(field -> field.setValue(withoutWhatDiffers(field.getValue())));
        } else if (value instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, withoutWhatDiffers(array.get(i)));
            }
        } else if (TASK.matcher(value.asText()).matches()) {
            return TextNode.valueOf("<task>");
        } else if (PICTURE.matcher(value.asText()).matches()) {
            return TextNode.valueOf("<picture>");
        }
        return value;
    }
}
