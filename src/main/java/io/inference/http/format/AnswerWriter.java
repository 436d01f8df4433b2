package io.inference.http.format;

import io.inference.api.call.Call;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.StreamStart;
import org.jspecify.annotations.Nullable;

/** Writes an answer of a flow in the wire format of its request. */
@FunctionalInterface
public interface AnswerWriter<A> {
    HttpAnswer write(A answer, Call call);

    /**
     * The start of the stream, to be sent before there is an answer.
     *
     * @param model the requested model
     * @return null if the answer is sent whole
     */
    default @Nullable StreamStart start(String model, Call call) {
        return null;
    }
}
