package io.inference.http.openai.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.Choice;
import io.inference.api.call.Call;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.StreamStart;
import io.inference.http.format.AnswerWriter;
import io.inference.http.format.WholeAnswers;
import io.inference.wire.Json;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes summaries: whole as an object of this service, streamed as the events of a chat completion.
 *
 * @param stream whether the caller requested events
 * @param includeUsage whether the last event reports the usage
 */
public record SummaryAnswerWriter(boolean stream, boolean includeUsage) implements AnswerWriter<ChatAnswer> {
    @Override
    public HttpAnswer write(ChatAnswer answer, Call call) {
        if (stream) {
            return events().write(answer, call);
        }
        return switch (answer) {
            case ChatAnswer.Whole whole ->
                HttpAnswer.json(Json.bytes(out -> whole(out, AnswerHead.of("sum-", whole.model()), whole)));
            case ChatAnswer.Streamed streamed -> throw WholeAnswers.unwantedStream(streamed);
        };
    }

    @Override
    public @Nullable StreamStart start(String model, Call call) {
        return stream ? events().start(model, call) : null;
    }

    private ChatAnswerWriter events() {
        return new ChatAnswerWriter(true, includeUsage);
    }

    private static void whole(JsonGenerator out, AnswerHead head, ChatAnswer.Whole answer) throws IOException {
        Choice choice = answer.choices().getFirst();
        out.writeStartObject();
        head.writeTo(out, "summary");
        Parts.text(out, "summary", choice.message().content());
        out.writeStringField("finish_reason", choice.finishReason().label());
        out.writeFieldName("usage");
        Parts.usage(out, answer.usage());
        out.writeEndObject();
    }
}
