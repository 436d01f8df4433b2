package io.inference.http.format;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.Choice;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.AnswerExtras;
import io.inference.api.stream.Chunk;
import io.inference.http.answer.ChunkEncoder;
import io.inference.http.answer.Framing;
import io.inference.http.answer.HttpAnswer;
import io.inference.wire.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Handles answers that are streamed though requested whole, or the reverse. */
public final class WholeAnswers {
    private WholeAnswers() {}

    /** Writes a complete answer as the stream that its caller requested: not every backend can stream everything. */
    public static HttpAnswer asStream(ChatAnswer.Whole answer, Framing framing, ChunkEncoder encoder) {
        List<byte[]> objects = new ArrayList<>();
        ChunkEncoder.Sink sink = object -> objects.add(Json.bytes(object));
        try {
            List<Choice> choices = answer.choices();
            for (int i = 0; i < choices.size(); i++) {
                encoder.chunk(chunk(answer, choices.get(i), i == choices.size() - 1), sink);
            }
            encoder.end(sink);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new HttpAnswer.ObjectList(framing, objects);
    }

    /** Closes a stream that was not requested; returns the failure. */
    public static InferenceException unwantedStream(ChatAnswer.Streamed answer) {
        answer.chunks().close();
        return new InferenceException(ErrorCode.INTERNAL, "the backend streamed an answer that was to be whole");
    }

    private static Chunk chunk(ChatAnswer.Whole answer, Choice choice, boolean last) {
        AnswerExtras extras = new AnswerExtras(
                answer.extras(), choice.extras(), choice.message().extras());
        return new Chunk(
                choice.index(),
                choice.message().content(),
                choice.message().thinking(),
                choice.message().toolCalls(),
                choice.logprobs(),
                choice.finishReason(),
                last ? answer.usage() : null,
                extras.isEmpty() ? null : extras);
    }
}
