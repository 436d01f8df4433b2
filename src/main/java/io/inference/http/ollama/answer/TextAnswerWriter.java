package io.inference.http.ollama.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.Choice;
import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.http.answer.Framing;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.StreamStart;
import io.inference.http.format.AnswerWriter;
import io.inference.http.format.TokenJson;
import io.inference.http.format.WholeAnswers;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Writes the answers of chat and generate. */
public record TextAnswerWriter(AnswerShape shape, boolean stream) implements AnswerWriter<ChatAnswer> {
    @Override
    public HttpAnswer write(ChatAnswer answer, Call call) {
        return switch (answer) {
            case ChatAnswer.Whole whole ->
                stream
                        ? WholeAnswers.asStream(whole, Framing.LINES, encoder(whole, call))
                        : Formats.json(out -> whole(out, whole, call));
            case ChatAnswer.Streamed streamed -> {
                if (!stream) {
                    throw WholeAnswers.unwantedStream(streamed);
                }
                yield new HttpAnswer.Streamed(Framing.LINES, streamed.chunks(), encoder(streamed, call));
            }
        };
    }

    @Override
    public @Nullable StreamStart start(String model, Call call) {
        return stream ? new StreamStart(Framing.LINES, () -> new TextChunkEncoder(shape, model, call)) : null;
    }

    private TextChunkEncoder encoder(ChatAnswer answer, Call call) {
        return new TextChunkEncoder(shape, answer.model(), call);
    }

    private void whole(JsonGenerator out, ChatAnswer.Whole answer, Call call) throws IOException {
        if (answer.choices().isEmpty()) {
            throw new InferenceException(ErrorCode.BACKEND_FAILED, "the backend answered without a choice");
        }
        Choice choice = answer.choices().getFirst();
        out.writeStartObject();
        Formats.head(out, answer.model());
        shape.writeTo(
                out,
                choice.message().content(),
                choice.message().thinking(),
                choice.message().toolCalls());
        out.writeBooleanField("done", true);
        out.writeStringField("done_reason", Timings.doneReason(choice.finishReason()));
        if (!choice.logprobs().isEmpty()) {
            out.writeFieldName("logprobs");
            TokenJson.writeTokens(out, choice.logprobs());
        }
        Timings.write(out, call, answer.usage());
        out.writeEndObject();
    }
}
