package io.inference.http.ollama.request;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Message;
import io.inference.api.request.ChatRequest;
import io.inference.http.format.ConversationReader;
import io.inference.http.format.WireRequest;
import io.inference.http.json.JsonFields;
import io.inference.http.ollama.answer.AnswerShape;
import io.inference.http.ollama.answer.TextAnswerWriter;
import io.inference.routes.door.ConversationFields;
import java.util.List;

/** Reads the body of {@code POST /api/chat}. */
public final class ChatRequestReader {
    private ChatRequestReader() {}

    /** @throws InferenceException for a body that is invalid or asks for something unsupported */
    public static WireRequest<?> read(byte[] bytes) {
        JsonFields body = JsonFields.parse(bytes);
        String model = CommonFields.model(body);
        List<Message> messages = MessageReader.read(body);
        ConversationFields conversation = ConversationReader.read(body);
        if (messages.isEmpty() && !conversation.followsMessage()) {
            return CommonFields.load(body, model, AnswerShape.CHAT);
        }
        boolean stream = body.flag("stream", true);
        var request = new ChatRequest(
                model,
                messages,
                OptionsReader.read(body),
                MessageReader.tools(body),
                null,
                CommonFields.format(body),
                CommonFields.think(body),
                stream,
                CommonFields.effort(body),
                CommonFields.handling(body));
        return WireRequest.of(request, ChatAnswer.class, new TextAnswerWriter(AnswerShape.CHAT, stream))
                .in(conversation);
    }
}
