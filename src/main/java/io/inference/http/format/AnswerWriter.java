package io.inference.http.format;

import io.inference.api.call.Call;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.StreamStart;
import org.jspecify.annotations.Nullable;

/** Puts an answer of a flow into the wire format that its request came in. */
@FunctionalInterface
public interface AnswerWriter<A> {
    HttpAnswer write(A answer, Call call);

    /**
     * How the answer may begin before there is one.
     *
     * @param model the model that was asked for
     * @return null where the answer is sent whole
     */
    default @Nullable StreamStart start(String model, Call call) {
        return null;
    }
}
