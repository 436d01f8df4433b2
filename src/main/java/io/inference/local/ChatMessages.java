package io.inference.local;

import io.inference.api.message.Message;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Messages in the form that a chat template reads. */
final class ChatMessages {
    private ChatMessages() {}

    static List<Map<String, Object>> of(List<Message> messages) {
        return messages.stream().map(ChatMessages::of).toList();
    }

    private static Map<String, Object> of(Message message) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("role", message.role().label());
        fields.put("content", message.content());
        if (message.name() != null) {
            fields.put("name", message.name());
        }
        if (message.toolCallId() != null) {
            fields.put("tool_call_id", message.toolCallId());
        }
        return fields;
    }
}
