package io.inference.http.format;

import io.inference.api.backend.ModelDetails;
import io.inference.api.call.Call;
import io.inference.api.call.Operation;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.InferenceRequest;
import io.inference.api.request.LoadRequest;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.StreamStart;
import io.inference.routes.door.ConversationFields;
import org.jspecify.annotations.Nullable;

/**
 * A request read from the wire, and the writer of its answer. The writer keeps what the answer needs from the request,
 * since flows replace the request by the answer.
 *
 * @param request input of the flow; null if only information about the model is requested
 * @param load what to do with the model before; null if nothing
 * @param answerType type of answer that {@code writer} accepts
 * @param conversation the stored conversation that the body names
 */
public record WireRequest<A>(
        @Nullable InferenceRequest request,
        @Nullable LoadRequest load,
        Operation operation,
        String model,
        Class<A> answerType,
        AnswerWriter<A> writer,
        ConversationFields conversation) {
    public static <A> WireRequest<A> of(InferenceRequest request, Class<A> answerType, AnswerWriter<A> writer) {
        return new WireRequest<>(
                request, null, request.operation(), request.model(), answerType, writer, ConversationFields.NONE);
    }

    /** A request without work for a backend: it is answered from what is known of the model. */
    public static WireRequest<ModelDetails> aboutModel(String model, AnswerWriter<ModelDetails> writer) {
        return new WireRequest<>(
                null, null, Operation.MODELS, model, ModelDetails.class, writer, ConversationFields.NONE);
    }

    /** A request to load or unload a model, answered from what is known of the model. */
    public static WireRequest<ModelDetails> load(LoadRequest load, AnswerWriter<ModelDetails> writer) {
        return new WireRequest<>(
                null, load, Operation.MODELS, load.model(), ModelDetails.class, writer, ConversationFields.NONE);
    }

    /** The same request as part of a stored conversation. */
    public WireRequest<A> in(ConversationFields named) {
        return new WireRequest<>(request, load, operation, model, answerType, writer, named);
    }

    /** The start of the stream, to be sent before there is an answer; null if the answer is sent whole. */
    @Nullable
    StreamStart start(Call call) {
        return writer.start(model, call);
    }

    /**
     * Writes the body that a flow left.
     *
     * @throws InferenceException if that is not an answer to this request
     */
    public HttpAnswer answer(@Nullable Object body, Call call) {
        if (!answerType.isInstance(body)) {
            throw new InferenceException(ErrorCode.INTERNAL, "the route ended without an answer to this request");
        }
        return writer.write(answerType.cast(body), call);
    }
}
