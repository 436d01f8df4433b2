package io.inference.http.openai.request;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.error.InferenceException;
import io.inference.api.message.Message;
import io.inference.api.request.SummarizeRequest;
import io.inference.api.request.SummaryStyle;
import io.inference.http.format.WireRequest;
import io.inference.http.format.WireRequestProcessor;
import io.inference.http.json.JsonFields;
import io.inference.http.openai.answer.SummaryAnswerWriter;
import java.util.List;

/** Reads the body of {@code POST /v1/summaries}, which is this service's own and follows OpenAI's conventions. */
public final class SummaryRequestReader {
    private static final int MOST_WORDS = 10_000;

    private SummaryRequestReader() {}

    /** @throws InferenceException for a body that is invalid or asks for something unsupported */
    public static WireRequest<ChatAnswer> read(byte[] bytes) {
        JsonFields body = JsonFields.parse(bytes);
        if (body.has("conversation_id")) {
            throw WireRequestProcessor.noConversations("conversation_id");
        }
        boolean stream = body.flag("stream", false);
        String text = body.text("text", "");
        List<Message> messages = body.has("messages") ? MessageReader.read(body) : List.of();
        if (text.isBlank() == messages.isEmpty()) {
            throw body.invalid("text", "either 'text' or 'messages' is required, and not both");
        }
        if (messages.stream().anyMatch(message -> !message.images().isEmpty())) {
            throw body.unsupported("messages", "images cannot be summarized");
        }
        var request = new SummarizeRequest(
                body.text("model", ""), text, messages, style(body), body.integer("max_words", 1, MOST_WORDS), stream);
        return WireRequest.of(
                request, ChatAnswer.class, new SummaryAnswerWriter(stream, ChatRequestReader.includeUsage(body)));
    }

    private static SummaryStyle style(JsonFields body) {
        return SummaryStyle.byLabel(body.text("style", SummaryStyle.PARAGRAPH.label()))
                .orElseThrow(
                        () -> body.invalid("style", "'style' must be paragraph, bullets, outline or headline"));
    }
}
