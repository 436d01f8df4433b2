package io.inference.http;

import io.inference.api.Call;

/** Puts an answer of a flow into the wire format that its request came in. */
@FunctionalInterface
public interface AnswerWriter<A> {
    HttpAnswer write(A answer, Call call);
}
