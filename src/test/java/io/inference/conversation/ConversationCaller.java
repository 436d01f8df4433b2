package io.inference.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.RunningService;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A user of conversations.
 *
 * @param service null for one in a process of its own
 * @param key null for none
 */
record ConversationCaller(String url, RunningService service, String key) {
    static final ObjectMapper JSON = new ObjectMapper();

    /** Messages that a request may add. */
    private static final int ITEMS = 20;

    private static final HttpClient client = HttpClient.newHttpClient();

    ConversationCaller(RunningService service, String key) {
        this(service.baseUrl(), service, key);
    }

    /** The answer to a text in a conversation. */
    HttpResponse<String> say(String conversation, String text) throws Exception {
        return post("/v1/chat/completions", chat(conversation, text));
    }

    /** Begins a conversation with a text; returns its id. */
    String begin(String text) throws Exception {
        return id(say("new", text));
    }

    /**
     * Begins a conversation of so many messages with a chat, so that its model is known.
     *
     * @param text of each, with a place for its number
     */
    String begin(int messages, String text) throws Exception {
        String id = begin(text.formatted(1));
        add(id, IntStream.rangeClosed(3, messages).mapToObj(text::formatted).toList());
        return id;
    }

    /** Adds messages of the user and of the assistant in turn. */
    void add(String conversation, List<String> texts) throws Exception {
        for (int from = 0; from < texts.size(); from += ITEMS) {
            ObjectNode body = JSON.createObjectNode();
            for (int i = from; i < Math.min(texts.size(), from + ITEMS); i++) {
                body.withArray("items")
                        .addObject()
                        .put("type", "message")
                        .put("role", i % 2 == 0 ? "user" : "assistant")
                        .put("content", texts.get(i));
            }
            HttpResponse<String> added = post("/v1/conversations/" + conversation + "/items", body);
            assertThat(added.statusCode()).as(added.body()).isEqualTo(200);
        }
    }

    static ObjectNode chat(String conversation, String... texts) {
        ObjectNode body = JSON.createObjectNode().put("model", MemoryBackend.MODEL);
        if (conversation != null) {
            body.put("conversation_id", conversation);
        }
        var messages = body.putArray("messages");
        for (String text : texts) {
            messages.addObject().put("role", "user").put("content", text);
        }
        return body;
    }

    static String id(HttpResponse<?> answer) {
        assertThat(answer.statusCode()).as(String.valueOf(answer.body())).isEqualTo(200);
        return answer.headers().firstValue("X-Conversation-Id").orElseThrow();
    }

    HttpResponse<String> post(String path, JsonNode body, String... headers) throws Exception {
        return send("POST", path, body.toString(), headers);
    }

    JsonNode get(String path) throws Exception {
        HttpResponse<String> answer = send("GET", path, null);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    HttpResponse<String> send(String method, String path, String body, String... headers) throws Exception {
        return client.send(request(method, path, body, headers), HttpResponse.BodyHandlers.ofString());
    }

    HttpRequest request(String method, String path, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return request.build();
    }

    /** All messages of a conversation, oldest first. */
    List<JsonNode> messages(String conversation) throws Exception {
        List<JsonNode> all = new ArrayList<>();
        String after = "";
        JsonNode page;
        do {
            page = get("/v1/conversations/" + conversation + "/messages?limit=100" + after);
            page.path("data").forEach(all::add);
            after = "&after=" + page.path("last_id").asText();
        } while (page.path("has_more").asBoolean());
        return all;
    }

    /** The role and text of each message of a conversation, oldest first. */
    List<String> log(String conversation) throws Exception {
        return messages(conversation).stream()
                .map(message -> message.path("role").asText() + ": "
                        + message.at("/content/0/text").asText())
                .toList();
    }

    static ConversationCaller of(RunningService service, String admin, String owner) throws Exception {
        var asAdmin = new ConversationCaller(service, admin);
        HttpResponse<String> made =
                asAdmin.post("/v1/api-keys", JSON.valueToTree(Map.of("name", owner, "owner", owner)));
        return new ConversationCaller(
                service, JSON.readTree(made.body()).path("key").asText());
    }
}
