package io.inference.http.conversations;

import io.inference.api.message.Message;
import io.inference.api.request.ChatRequest;
import io.inference.conversation.ConversationIds;
import io.inference.conversation.WrittenPrompt;
import io.inference.wire.Json;
import java.util.UUID;

/** Writes the prompt that the next turn of a conversation would send. */
final class PromptWriter {
    private PromptWriter() {}

    /** @param chat with the messages of the prompt */
    static byte[] prompt(WrittenPrompt prompt, ChatRequest chat) {
        UUID conversation = prompt.conversation();
        return Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringField("object", "conversation.prompt");
            out.writeStringField("conversation_id", ConversationIds.conversation(conversation));
            out.writeStringField("parent_message_id", ConversationWriter.id(conversation, prompt.parent()));
            ConversationWriter.text(out, "model", chat.model());
            out.writeArrayFieldStart("messages");
            for (Message message : chat.messages()) {
                out.writeStartObject();
                out.writeStringField("role", message.role().label());
                ConversationWriter.content(out, message);
                out.writeEndObject();
            }
            out.writeEndArray();
            SummaryWriter.values(out, conversation, prompt.ledger());
            out.writeNumberField("prompt_tokens", prompt.tokens());
            out.writeNumberField("summarized_messages", prompt.summarized());
            out.writeEndObject();
        });
    }
}
