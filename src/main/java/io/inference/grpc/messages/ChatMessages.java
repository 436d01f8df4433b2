package io.inference.grpc.messages;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.Choice;
import io.inference.api.message.FinishReason;
import io.inference.api.message.Image;
import io.inference.api.message.Role;
import io.inference.api.message.ToolCall;
import io.inference.api.stream.Chunk;
import io.inference.grpc.RpcAnswerProcessor.Asked;
import io.inference.grpc.v1.ChatChunk;
import io.inference.grpc.v1.ChatResponse;
import java.util.Base64;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Answers of a chat as messages. */
final class ChatMessages {
    private ChatMessages() {}

    static Message response(ChatAnswer.Whole answer, Choice choice, Asked asked) {
        return ChatResponse.newBuilder()
                .setMessage(message(choice.message()))
                .setFinishReason(choice.finishReason().label())
                .setUsage(AnswerWriters.usage(answer.usage()))
                .setModel(answer.model())
                .setConversationId(asked.conversation())
                .setId(asked.callId())
                .build();
    }

    /** Encodes the chunks of one stream, whose first chunk has the role. */
    static Function<Chunk, Message> encoder(String model, Asked asked) {
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
                ChatChunk.Builder message = ChatChunk.newBuilder()
                        .setDelta(delta)
                        .setModel(model)
                        .setConversationId(asked.conversation())
                        .setId(asked.callId());
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

    static io.inference.grpc.v1.Message message(io.inference.api.message.Message from) {
        var message = io.inference.grpc.v1.Message.newBuilder()
                .setRole(from.role().label())
                .setContent(from.content());
        from.images().forEach(image -> message.addImages(image(image)));
        if (from.toolCallId() != null) {
            message.setToolCallId(from.toolCallId());
        }
        if (from.name() != null) {
            message.setName(from.name());
        }
        if (from.thinking() != null) {
            message.setThinking(from.thinking());
        }
        from.toolCalls().forEach(call -> message.addToolCalls(toolCall(call)));
        return message.build();
    }

    private static io.inference.grpc.v1.Image image(Image from) {
        return switch (from) {
            case Image.Inline inline ->
                io.inference.grpc.v1.Image.newBuilder()
                        .setData(ByteString.copyFrom(Base64.getDecoder().decode(inline.base64())))
                        .setMediaType(inline.mediaType())
                        .build();
            case Image.Remote remote ->
                io.inference.grpc.v1.Image.newBuilder().setUrl(remote.url()).build();
        };
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
