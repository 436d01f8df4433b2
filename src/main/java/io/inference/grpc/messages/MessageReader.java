package io.inference.grpc.messages;

import com.google.protobuf.ByteString;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Image;
import io.inference.api.message.Message;
import io.inference.api.message.Role;
import io.inference.api.message.ToolCall;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads the messages of a conversation. */
final class MessageReader {
    /** First bytes of picture files, in Latin-1. */
    private static final Map<String, String> FIRST_BYTES = Map.of(
            "\u0089PNG", "image/png", "\u00ff\u00d8\u00ff", "image/jpeg", "GIF8", "image/gif", "RIFF", "image/webp");

    private MessageReader() {}

    /** @param mayBeEmpty whether the chat may follow messages that it does not hold */
    static List<Message> read(List<io.inference.grpc.v1.Message> from, boolean mayBeEmpty) {
        if (from.isEmpty() && !mayBeEmpty) {
            throw InferenceException.invalid("messages", "'messages' must hold at least one message");
        }
        List<Message> messages = new ArrayList<>(from.size());
        for (int i = 0; i < from.size(); i++) {
            messages.add(message(from.get(i), "messages[" + i + "]."));
        }
        return messages;
    }

    private static Message message(io.inference.grpc.v1.Message from, String path) {
        Role role = role(from.getRole(), path + "role");
        if (role == Role.TOOL) {
            Fields.required(path + "tool_call_id", from.getToolCallId());
        }
        return new Message(
                role,
                from.getContent(),
                from.hasThinking() ? from.getThinking() : null,
                images(from.getImagesList(), path),
                role == Role.ASSISTANT ? toolCalls(from.getToolCallsList(), path) : List.of(),
                role == Role.TOOL ? from.getToolCallId() : null,
                from.hasName() ? from.getName() : null);
    }

    private static Role role(String role, String path) {
        return switch (Fields.required(path, role).toLowerCase(Locale.ROOT)) {
            case "system", "developer" -> Role.SYSTEM;
            case "user" -> Role.USER;
            case "assistant" -> Role.ASSISTANT;
            case "tool" -> Role.TOOL;
            default ->
                throw InferenceException.invalid(
                        path, "'" + path + "' must be system, developer, user, assistant or tool");
        };
    }

    private static List<Image> images(List<io.inference.grpc.v1.Image> from, String path) {
        List<Image> images = new ArrayList<>(from.size());
        for (int i = 0; i < from.size(); i++) {
            images.add(image(from.get(i), path + "images[" + i + "]"));
        }
        return images;
    }

    private static Image image(io.inference.grpc.v1.Image from, String path) {
        return switch (from.getSourceCase()) {
            case DATA ->
                new Image.Inline(
                        mediaType(from, path),
                        Base64.getEncoder().encodeToString(from.getData().toByteArray()));
            case URL -> {
                // Or the id of a stored picture, which a step of the flow looks for.
                if (!from.getUrl().regionMatches(true, 0, "https://", 0, "https://".length())
                        && !from.getUrl().matches("img_[0-9a-f]{32}")) {
                    throw InferenceException.invalid(
                            path + ".url", "'" + path + ".url' must be an https: URL, or the id of a stored picture");
                }
                yield new Image.Remote(from.getUrl());
            }
            case SOURCE_NOT_SET -> throw InferenceException.invalid(path, "'" + path + "' must have 'data' or 'url'");
        };
    }

    private static String mediaType(io.inference.grpc.v1.Image from, String path) {
        if (from.hasMediaType()) {
            String type = from.getMediaType().toLowerCase(Locale.ROOT);
            if (!type.startsWith("image/")) {
                throw InferenceException.invalid(path + ".media_type", "'" + path + ".media_type' must be image/…");
            }
            return type;
        }
        ByteString data = from.getData();
        String begin =
                data.substring(0, Math.min(4, data.size())).toString(java.nio.charset.StandardCharsets.ISO_8859_1);
        return FIRST_BYTES.entrySet().stream()
                .filter(known -> begin.startsWith(known.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> InferenceException.invalid(
                        path + ".media_type", "'" + path + ".media_type' is required for this kind of picture"));
    }

    private static List<ToolCall> toolCalls(List<io.inference.grpc.v1.ToolCall> from, String path) {
        List<ToolCall> calls = new ArrayList<>(from.size());
        for (int i = 0; i < from.size(); i++) {
            var call = from.get(i);
            String at = path + "tool_calls[" + i + "].";
            String arguments = call.getArguments().isEmpty() ? "{}" : call.getArguments();
            calls.add(new ToolCall(
                    i,
                    Fields.required(at + "id", call.getId()),
                    Fields.required(at + "name", call.getName()),
                    arguments));
        }
        return calls;
    }
}
