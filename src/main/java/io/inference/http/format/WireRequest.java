package io.inference.http.format;

import io.inference.api.backend.ModelDetails;
import io.inference.api.call.Call;
import io.inference.api.call.Operation;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.InferenceRequest;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.StreamStart;
import org.jspecify.annotations.Nullable;

/**
 * A request read from the wire, and what will write its answer. The writer knows what the answer needs of the request, since flows put
 * the answer in the request's place.
 *
 * @param request what the flow shall do; null where only facts of the model are asked for
 * @param answerType what {@code writer} takes
 */
public record WireRequest<A>(
        @Nullable InferenceRequest request,
        Operation operation,
        String model,
        Class<A> answerType,
        AnswerWriter<A> writer) {
    public static <A> WireRequest<A> of(InferenceRequest request, Class<A> answerType, AnswerWriter<A> writer) {
        return new WireRequest<>(request, request.operation(), request.model(), answerType, writer);
    }

    /** A request that no backend has to work for: it is answered from what is known of the model. */
    public static WireRequest<ModelDetails> aboutModel(String model, AnswerWriter<ModelDetails> writer) {
        return new WireRequest<>(null, Operation.MODELS, model, ModelDetails.class, writer);
    }

    /** How the answer may begin before there is one; null where it is sent whole. */
    @Nullable
    StreamStart start(Call call) {
        return writer.start(model, call);
    }

    /**
     * Writes what a flow left as its body.
     *
     * @throws InferenceException where that is no answer to this request
     */
    public HttpAnswer answer(@Nullable Object body, Call call) {
        if (!answerType.isInstance(body)) {
            throw new InferenceException(ErrorCode.INTERNAL, "the route ended without an answer to this request");
        }
        return writer.write(answerType.cast(body), call);
    }
}
