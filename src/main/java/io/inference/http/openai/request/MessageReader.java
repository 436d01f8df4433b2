package io.inference.http.openai.request;

import io.inference.api.message.ContentPart;
import io.inference.api.message.Extras;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.message.ToolCall;
import io.inference.http.json.JsonFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the messages of a chat. */
final class MessageReader {
    /** OpenAI's newer name of a system message. */
    private static final String DEVELOPER = "developer";

    private static final Set<String> KNOWN_BUT_ROLE =
            Set.of("content", "refusal", "reasoning_content", "name", "tool_calls", "tool_call_id");

    private static final Set<String> KNOWN =
            Stream.concat(KNOWN_BUT_ROLE.stream(), Stream.of("role")).collect(Collectors.toUnmodifiableSet());

    /** Of a text part; the last two are of answers, which clients send back. */
    private static final Set<String> TEXT = Set.of("type", "text", "annotations", "logprobs");

    private static final Set<String> PICTURE = Set.of("type", "image_url");
    private static final Set<String> URL_ALONE = Set.of("type", "image_url", "detail");
    private static final Set<String> KNOWN_OF_CALLS = Set.of("index", "id", "type", "function");

    private MessageReader() {}

    /** @param mayBeEmpty whether the chat may follow messages that it does not hold */
    static List<Message> read(JsonFields body, boolean mayBeEmpty) {
        List<JsonFields> messages = body.objects("messages");
        if (messages.isEmpty() && !mayBeEmpty) {
            throw body.invalid("messages", "'messages' must hold at least one message");
        }
        return messages.stream().map(MessageReader::message).toList();
    }

    private static Message message(JsonFields fields) {
        Role role = role(fields);
        List<Image> images = new ArrayList<>(0);
        List<ToolCall> toolCalls = role == Role.ASSISTANT ? toolCalls(fields) : List.of();
        List<ContentPart> parts = parts(fields);
        String content = fields.isArray("content") ? text(parts, images) : content(fields, role);
        String toolCallId = role == Role.TOOL ? fields.requiredText("tool_call_id") : null;
        return new Message(
                role,
                content,
                fields.text("reasoning_content"),
                images,
                toolCalls,
                toolCallId,
                fields.text("name"),
                parts,
                extras(fields));
    }

    private static Extras extras(JsonFields fields) {
        boolean developer = fields.text("role", "").equals(DEVELOPER);
        return Extras.openAi(fields.except(developer ? KNOWN_BUT_ROLE : KNOWN));
    }

    private static Role role(JsonFields fields) {
        String role = fields.requiredText("role");
        return switch (role) {
            case "system", DEVELOPER -> Role.SYSTEM;
            case "user" -> Role.USER;
            case "assistant" -> Role.ASSISTANT;
            case "tool" -> Role.TOOL;
            case "function" ->
                throw fields.unsupported("role", "the role 'function' is not supported; answer tool calls as 'tool'");
            default ->
                throw fields.invalid(
                        "role",
                        "'" + fields.path("role") + "' must be system, developer, user, assistant or tool, not '" + role
                                + "'");
        };
    }

    private static String content(JsonFields fields, Role role) {
        String content = fields.text("content");
        if (content == null) {
            if (role != Role.ASSISTANT) {
                throw fields.invalid("content", "'" + fields.path("content") + "' is required");
            }
            return fields.text("refusal", "");
        }
        return content;
    }

    /** Joins text parts into one text, a line each, for backends and chat templates that accept only one. */
    private static String text(List<ContentPart> parts, List<Image> images) {
        List<String> texts = new ArrayList<>();
        for (ContentPart part : parts) {
            switch (part) {
                case ContentPart.Text text -> texts.add(text.text());
                case ContentPart.Picture picture -> images.add(picture.image());
                case ContentPart.Other other -> {}
            }
        }
        return texts.size() == 1 ? texts.getFirst() : String.join("\n", texts);
    }

    private static List<ContentPart> parts(JsonFields fields) {
        if (!fields.isArray("content")) {
            return List.of();
        }
        return fields.objects("content").stream().map(MessageReader::part).toList();
    }

    private static ContentPart part(JsonFields part) {
        String type = part.requiredText("type");
        return switch (type) {
            // The others are of OpenAI's Responses and Conversations, as this service writes them too.
            case "text", "input_text", "output_text" ->
                new ContentPart.Text(partText(part, "text"), Extras.openAi(part.except(TEXT)));
            case "refusal" -> new ContentPart.Text(partText(part, "refusal"), Extras.openAi(part.except(Set.of())));
            case "image_url", "input_image" -> picture(part);
            default -> new ContentPart.Other(type, part.json());
        };
    }

    private static ContentPart picture(JsonFields part) {
        if (part.isText("image_url")) {
            String detail = part.json("detail");
            return new ContentPart.Picture(
                    ImageReader.read(part, "image_url"),
                    Extras.openAi(detail == null ? Map.of() : Map.of("detail", detail)),
                    Extras.openAi(part.except(URL_ALONE)));
        }
        JsonFields image = part.requiredObject("image_url");
        return new ContentPart.Picture(
                ImageReader.read(image, "url"),
                Extras.openAi(image.except(Set.of("url"))),
                Extras.openAi(part.except(PICTURE)));
    }

    private static String partText(JsonFields part, String name) {
        String text = part.text(name);
        if (text == null) {
            throw part.invalid(name, "'" + part.path(name) + "' is required");
        }
        return text;
    }

    private static List<ToolCall> toolCalls(JsonFields fields) {
        List<ToolCall> calls = new ArrayList<>(0);
        for (JsonFields call : fields.objects("tool_calls")) {
            String type = call.text("type", "function");
            if (!type.equals("function")) {
                throw call.unsupported("type", "tool calls of type '" + type + "' are not supported");
            }
            JsonFields function = call.requiredObject("function");
            calls.add(new ToolCall(
                    calls.size(),
                    call.requiredText("id"),
                    function.requiredText("name"),
                    function.text("arguments", "{}"),
                    Extras.openAi(call.except(KNOWN_OF_CALLS))));
        }
        return calls;
    }
}
