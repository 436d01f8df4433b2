package io.inference.http.openai.request;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Message;
import io.inference.api.request.SummarizeRequest;
import io.inference.http.format.WireRequest;
import io.inference.http.json.JsonFields;
import io.inference.http.openai.answer.SummaryAnswerWriter;
import java.util.List;

/** Reads the body of {@code POST /v1/summaries}, which is this service's own and follows OpenAI's conventions. */
public final class SummaryRequestReader {
    private SummaryRequestReader() {}

    /** @throws InferenceException for a body that is invalid or asks for something unsupported */
    public static WireRequest<ChatAnswer> read(byte[] bytes) {
        JsonFields body = JsonFields.parse(bytes);
        if (body.has("conversation_id")) {
            throw SummarizeRequest.noConversations();
        }
        boolean stream = body.flag("stream", false);
        List<Message> messages = body.has("messages") ? MessageReader.read(body, false) : List.of();
        SummarizeRequest request = SummarizeRequest.checked(
                body.text("model", ""),
                body.text("text", ""),
                messages,
                body.text("style"),
                body.integer("max_words", Integer.MIN_VALUE, Integer.MAX_VALUE),
                stream);
        return WireRequest.of(
                request, ChatAnswer.class, new SummaryAnswerWriter(stream, ChatRequestReader.includeUsage(body)));
    }
}
