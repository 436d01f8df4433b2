package io.inference.grpc.messages;

import com.google.protobuf.Message;
import io.inference.api.answer.ChatAnswer;
import io.inference.api.answer.Choice;
import io.inference.api.answer.EmbedAnswer;
import io.inference.api.backend.ListedModel;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.FinishReason;
import io.inference.api.stream.Chunk;
import io.inference.grpc.GrpcAnswer;
import io.inference.grpc.RpcAnswerProcessor.Asked;
import io.inference.grpc.v1.EmbedResponse;
import io.inference.grpc.v1.Embedding;
import io.inference.grpc.v1.GenerateChunk;
import io.inference.grpc.v1.GenerateResponse;
import io.inference.grpc.v1.ListModelsResponse;
import io.inference.grpc.v1.Model;
import io.inference.grpc.v1.SummarizeResponse;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Writes the results of flows as messages of {@code InferenceService}. */
final class AnswerWriters {
    private AnswerWriters() {}

    public static GrpcAnswer chat(@Nullable Object answer, Asked asked) {
        return generated(
                (ChatAnswer) answer,
                asked,
                (whole, choice) -> ChatMessages.response(whole, choice, asked),
                model -> ChatMessages.encoder(model, asked));
    }

    public static GrpcAnswer generate(@Nullable Object answer, Asked asked) {
        return generated(
                (ChatAnswer) answer,
                asked,
                (whole, choice) -> GenerateResponse.newBuilder()
                        .setText(choice.message().content())
                        .setFinishReason(choice.finishReason().label())
                        .setUsage(usage(whole.usage()))
                        .setModel(whole.model())
                        .setId(asked.callId())
                        .build(),
                model -> chunk -> generateChunk(chunk, model, asked.callId()));
    }

    public static GrpcAnswer embed(@Nullable Object answer, Asked asked) {
        EmbedAnswer embedded = (EmbedAnswer) answer;
        if (embedded == null) {
            throw new IllegalStateException("the route left no vectors");
        }
        EmbedResponse.Builder response =
                EmbedResponse.newBuilder().setUsage(usage(embedded.usage())).setModel(embedded.model());
        for (float[] vector : embedded.embeddings()) {
            Embedding.Builder values = Embedding.newBuilder();
            for (float value : vector) {
                values.addValues(value);
            }
            response.addEmbeddings(values);
        }
        return new GrpcAnswer.Whole(response.build());
    }

    public static GrpcAnswer summarize(@Nullable Object answer, Asked asked) {
        return generated(
                (ChatAnswer) answer,
                asked,
                (whole, choice) -> SummarizeResponse.newBuilder()
                        .setSummary(choice.message().content())
                        .setUsage(usage(whole.usage()))
                        .setModel(whole.model())
                        .build(),
                model -> chunk -> {
                    throw new IllegalStateException("the interface has no method that streams a summary");
                });
    }

    @SuppressWarnings("unchecked") // The result of the flow "models" if no model is named.
    public static GrpcAnswer models(@Nullable Object answer, Asked asked) {
        ListModelsResponse.Builder response = ListModelsResponse.newBuilder();
        if (answer != null) {
            ListedModel.group((List<ModelInfo>) answer).forEach(model -> response.addModels(model(model)));
        }
        return new GrpcAnswer.Whole(response.build());
    }

    /**
     * The answer of a chat or a text in the form of the method. A complete answer may be sent as a stream of one chunk,
     * since not every backend can stream everything.
     */
    private static GrpcAnswer generated(
            @Nullable ChatAnswer answer,
            Asked asked,
            BiFunction<ChatAnswer.Whole, Choice, Message> whole,
            Function<String, Function<Chunk, Message>> encoder) {
        return switch (answer) {
            case ChatAnswer.Whole complete
            when asked.stream() -> new GrpcAnswer.Streamed(new WholeStream(complete), encoder.apply(complete.model()));
            case ChatAnswer.Whole complete ->
                new GrpcAnswer.Whole(whole.apply(complete, complete.choices().getFirst()));
            case ChatAnswer.Streamed streamed
            when asked.stream() -> new GrpcAnswer.Streamed(streamed.chunks(), encoder.apply(streamed.model()));
            case ChatAnswer.Streamed streamed -> {
                streamed.chunks().close();
                throw new InferenceException(ErrorCode.INTERNAL, "the backend streamed an answer that was to be whole");
            }
            case null -> throw new IllegalStateException("the route left no answer");
        };
    }

    private static Message generateChunk(Chunk chunk, String model, String callId) {
        GenerateChunk.Builder message =
                GenerateChunk.newBuilder().setText(chunk.text()).setModel(model).setId(callId);
        FinishReason reason = chunk.finishReason();
        if (reason != null) {
            message.setFinishReason(reason.label());
        }
        if (chunk.usage() != null) {
            message.setUsage(usage(chunk.usage()));
        }
        return message.build();
    }

    private static Model.Builder model(ListedModel model) {
        Model.Builder message = Model.newBuilder()
                .setId(model.preferred().id())
                .setBackend(model.preferred().backend())
                .setReady(model.ready())
                .addAllBackends(model.backends())
                .addAllCapabilities(model.capabilities());
        Integer contextLength = model.contextLength();
        if (contextLength != null) {
            message.setContextLength(contextLength);
        }
        return message;
    }

    static io.inference.grpc.v1.Usage usage(Usage usage) {
        return io.inference.grpc.v1.Usage.newBuilder()
                .setPromptTokens(usage.promptTokens())
                .setCompletionTokens(usage.completionTokens())
                .setCachedTokens(usage.cachedTokens())
                .setReasoningTokens(usage.reasoningTokens())
                .build();
    }
}
