package io.inference.http.conversations;

import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.message.ToolCall;
import io.inference.http.json.JsonFields;
import io.inference.http.openai.request.ImageReader;
import java.util.ArrayList;
import java.util.List;

/** Reads items of OpenAI's Conversations API: messages, calls of functions and their results. */
final class ItemReader {
    private static final String FIELD = "items";
    /** OpenAI's own limit. */
    private static final int MOST = 20;

    private ItemReader() {}

    /** The messages of the field {@code items}; calls that follow each other are those of one message. */
    static List<Message> read(JsonFields body) {
        List<JsonFields> items = body.objects(FIELD);
        if (items.size() > MOST) {
            throw body.invalid(FIELD, "'items' may hold " + MOST + " items at most");
        }
        List<Message> messages = new ArrayList<>();
        for (JsonFields item : items) {
            String type = item.text("type", "message");
            switch (type) {
                case "message" -> messages.add(message(item));
                case "function_call" -> addCall(item, messages);
                case "function_call_output" ->
                    messages.add(new Message(
                            Role.TOOL,
                            item.text("output", ""),
                            null,
                            List.of(),
                            List.of(),
                            item.requiredText("call_id"),
                            null));
                default -> throw item.unsupported("type", "items of type '" + type + "' are not supported");
            }
        }
        return messages;
    }

    private static Message message(JsonFields item) {
        String role = item.requiredText("role");
        List<Image> images = new ArrayList<>(0);
        String text = item.isArray("content") ? parts(item, images) : item.requiredText("content");
        Role known = switch (role) {
            case "system", "developer" -> Role.SYSTEM;
            case "user" -> Role.USER;
            case "assistant" -> Role.ASSISTANT;
            default ->
                throw item.invalid(
                        "role",
                        "'" + item.path("role") + "' must be system, developer, user or assistant, not '" + role + "'");
        };
        return new Message(known, text, null, images, List.of(), null, null);
    }

    private static String parts(JsonFields item, List<Image> images) {
        List<String> texts = new ArrayList<>();
        for (JsonFields part : item.objects("content")) {
            String type = part.requiredText("type");
            switch (type) {
                case "input_text", "output_text", "text" -> texts.add(part.text("text", ""));
                case "input_image" -> images.add(ImageReader.read(part, "image_url"));
                default -> throw part.unsupported("type", "content parts of type '" + type + "' are not supported");
            }
        }
        return String.join("\n", texts);
    }

    private static void addCall(JsonFields item, List<Message> messages) {
        List<ToolCall> calls = new ArrayList<>();
        if (!messages.isEmpty() && messages.getLast().role() == Role.ASSISTANT) {
            calls.addAll(messages.getLast().toolCalls());
        }
        String text = calls.isEmpty() ? "" : messages.removeLast().content();
        calls.add(new ToolCall(
                calls.size(), item.requiredText("call_id"), item.requiredText("name"), item.text("arguments", "{}")));
        messages.add(new Message(Role.ASSISTANT, text, null, List.of(), calls, null, null));
    }
}
