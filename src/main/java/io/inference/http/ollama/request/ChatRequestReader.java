package io.inference.http.ollama.request;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Message;
import io.inference.api.request.ChatRequest;
import io.inference.http.format.WireRequest;
import io.inference.http.format.WireRequestProcessor;
import io.inference.http.json.JsonFields;
import io.inference.http.ollama.answer.AnswerShape;
import io.inference.http.ollama.answer.TextAnswerWriter;
import java.util.List;

/** Reads the body of {@code POST /api/chat}. */
public final class ChatRequestReader {
    private ChatRequestReader() {}

    /** @throws InferenceException for a body that is invalid or asks for something unsupported */
    public static WireRequest<?> read(byte[] bytes) {
        JsonFields body = JsonFields.parse(bytes);
        if (body.has("conversation_id")) {
            throw WireRequestProcessor.noConversations("conversation_id");
        }
        String model = CommonFields.model(body);
        List<Message> messages = MessageReader.read(body);
        if (messages.isEmpty()) {
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
        return WireRequest.of(request, ChatAnswer.class, new TextAnswerWriter(AnswerShape.CHAT, stream));
    }
}
