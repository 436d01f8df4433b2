package io.inference.http.openai.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.Choice;
import io.inference.api.call.Call;
import io.inference.http.answer.Framing;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.StreamStart;
import io.inference.http.format.AnswerWriter;
import io.inference.http.format.WholeAnswers;
import io.inference.wire.Json;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes completions.
 *
 * @param stream whether the caller requested events
 * @param includeUsage whether the last event reports the usage
 */
public record CompletionAnswerWriter(CompletionFormat format, boolean stream, boolean includeUsage)
        implements AnswerWriter<ChatAnswer> {
    /** OpenAI's object name of a completion, whole or in pieces. */
    static final String OBJECT = "text_completion";

    private static final String ID_PREFIX = "cmpl-";

    @Override
    public HttpAnswer write(ChatAnswer answer, Call call) {
        return write(answer, AnswerHead.of(ID_PREFIX, answer.model()));
    }

    @Override
    public @Nullable StreamStart start(String model, Call call) {
        return stream ? new StreamStart(Framing.EVENTS, () -> encoder(AnswerHead.of(ID_PREFIX, model))) : null;
    }

    HttpAnswer write(ChatAnswer answer, AnswerHead head) {
        return switch (answer) {
            case ChatAnswer.Whole whole ->
                stream
                        ? WholeAnswers.asStream(whole, Framing.EVENTS, encoder(head))
                        : HttpAnswer.json(Json.bytes(out -> whole(out, head, whole)));
            case ChatAnswer.Streamed streamed -> {
                if (!stream) {
                    throw WholeAnswers.unwantedStream(streamed);
                }
                yield new HttpAnswer.Streamed(Framing.EVENTS, streamed.chunks(), encoder(head));
            }
        };
    }

    private CompletionChunkEncoder encoder(AnswerHead head) {
        return new CompletionChunkEncoder(head, format, includeUsage);
    }

    private void whole(JsonGenerator out, AnswerHead head, ChatAnswer.Whole answer) throws IOException {
        out.writeStartObject();
        head.writeTo(out, OBJECT);
        out.writeArrayFieldStart("choices");
        for (Choice choice : answer.choices()) {
            String text = format.echo(choice.index()) + choice.message().content();
            CompletionFormat.writeChoice(
                    out, choice.index(), text, choice.logprobs(), 0, choice.finishReason(), choice.extras());
        }
        out.writeEndArray();
        out.writeFieldName("usage");
        Parts.usage(out, answer.usage());
        Parts.extras(out, answer.extras());
        out.writeEndObject();
    }
}
