package io.inference.http.openai.answer;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.Choice;
import io.inference.api.call.Call;
import io.inference.api.message.Message;
import io.inference.http.answer.Framing;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.StreamStart;
import io.inference.http.format.AnswerWriter;
import io.inference.http.format.WholeAnswers;
import io.inference.wire.Json;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Writes chat completions.
 *
 * @param stream whether the caller requested events
 * @param includeUsage whether the last event reports the usage
 */
public record ChatAnswerWriter(boolean stream, boolean includeUsage) implements AnswerWriter<ChatAnswer> {
    private static final String ID_PREFIX = "chatcmpl-";

    @Override
    public HttpAnswer write(ChatAnswer answer, Call call) {
        return write(answer, AnswerHead.of(ID_PREFIX, answer.model()).in(call.conversation()));
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

    private ChatChunkEncoder encoder(AnswerHead head) {
        return new ChatChunkEncoder(head, includeUsage);
    }

    private static void whole(JsonGenerator out, AnswerHead head, ChatAnswer.Whole answer) throws IOException {
        out.writeStartObject();
        head.writeTo(out, "chat.completion");
        out.writeArrayFieldStart("choices");
        for (Choice choice : answer.choices()) {
            choice(out, choice);
        }
        out.writeEndArray();
        out.writeFieldName("usage");
        Parts.usage(out, answer.usage());
        Parts.extras(out, answer.extras());
        out.writeEndObject();
    }

    private static void choice(JsonGenerator out, Choice choice) throws IOException {
        out.writeStartObject();
        out.writeNumberField("index", choice.index());
        message(out, choice.message());
        if (choice.logprobs().isEmpty()) {
            out.writeNullField("logprobs");
        } else {
            Parts.chatLogprobs(out, choice.logprobs());
        }
        out.writeStringField("finish_reason", choice.finishReason().label());
        Parts.extras(out, choice.extras());
        out.writeEndObject();
    }

    private static void message(JsonGenerator out, Message message) throws IOException {
        out.writeObjectFieldStart("message");
        out.writeStringField("role", "assistant");
        if (message.content().isEmpty() && !message.toolCalls().isEmpty()) {
            out.writeNullField("content");
        } else {
            Parts.text(out, "content", message.content());
        }
        Parts.text(out, "reasoning_content", message.thinking());
        out.writeNullField("refusal");
        if (!message.toolCalls().isEmpty()) {
            Parts.toolCalls(out, message.toolCalls(), false);
        }
        Parts.extras(out, message.extras());
        out.writeEndObject();
    }
}
