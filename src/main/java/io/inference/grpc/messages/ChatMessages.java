package io.inference.grpc.messages;

import com.google.protobuf.Message;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.Choice;
import io.inference.api.message.FinishReason;
import io.inference.api.message.Role;
import io.inference.api.message.ToolCall;
import io.inference.api.stream.Chunk;
import io.inference.grpc.v1.ChatChunk;
import io.inference.grpc.v1.ChatResponse;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Answers of a chat as messages. */
final class ChatMessages {
    private ChatMessages() {}

    static Message response(ChatAnswer.Whole answer, Choice choice, String callId) {
        return ChatResponse.newBuilder()
                .setMessage(message(choice.message()))
                .setFinishReason(choice.finishReason().label())
                .setUsage(AnswerWriters.usage(answer.usage()))
                .setModel(answer.model())
                .setId(callId)
                .build();
    }

    /** Encodes the chunks of one stream, whose first chunk has the role. */
    static Function<Chunk, Message> encoder(String model, String callId) {
        return new Function<>() {
            private boolean begun;

            @Override
            public Message apply(Chunk chunk) {
                var delta = io.inference.grpc.v1.Message.newBuilder().setContent(chunk.text());
                if (!begun) {
                    delta.setRole(Role.ASSISTANT.label());
                    begun = true;
                }
                if (chunk.thinking() != null) {
                    delta.setThinking(chunk.thinking());
                }
                chunk.toolCalls().forEach(call -> delta.addToolCalls(toolCall(call)));
                ChatChunk.Builder message =
                        ChatChunk.newBuilder().setDelta(delta).setModel(model).setId(callId);
                FinishReason reason = chunk.finishReason();
                if (reason != null) {
                    message.setFinishReason(reason.label());
                }
                if (chunk.usage() != null) {
                    message.setUsage(AnswerWriters.usage(chunk.usage()));
                }
                return message.build();
            }
        };
    }

    private static io.inference.grpc.v1.Message message(io.inference.api.message.Message from) {
        var message = io.inference.grpc.v1.Message.newBuilder()
                .setRole(from.role().label())
                .setContent(from.content());
        if (from.thinking() != null) {
            message.setThinking(from.thinking());
        }
        from.toolCalls().forEach(call -> message.addToolCalls(toolCall(call)));
        return message.build();
    }

    private static io.inference.grpc.v1.ToolCall toolCall(ToolCall from) {
        return io.inference.grpc.v1.ToolCall.newBuilder()
                .setIndex(from.index())
                .setId(orEmpty(from.id()))
                .setName(orEmpty(from.name()))
                .setArguments(from.argumentsJson())
                .build();
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
