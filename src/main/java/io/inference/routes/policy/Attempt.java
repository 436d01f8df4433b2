package io.inference.routes.policy;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.InferenceRequest;
import io.inference.api.stream.StreamedAnswer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** One of several attempts at a request: its own call, which is cancelled with the caller's. */
final class Attempt {
    private final Call parent;
    private final Call call;
    private final CompletableFuture<Object> answer = new CompletableFuture<>();
    private final Runnable withParent;

    private Attempt(Call parent, String suffix) {
        this.parent = parent;
        this.call = parent.attempt(suffix);
        this.withParent = parent.cancelling(call);
        parent.onCancel(withParent);
    }

    /**
     * Begins an attempt in the background.
     *
     * @param suffix distinguishes the attempts' ids at backends and in the log
     * @param lastChoice the backend to ask only if there is no other; null: those that were found are asked
     */
    static Attempt start(Ask ask, InferenceRequest request, Call parent, String suffix, @Nullable String lastChoice) {
        Attempt attempt = new Attempt(parent, suffix);
        Thread.ofVirtual().name(attempt.call.id()).start(() -> attempt.run(ask, request, lastChoice));
        return attempt;
    }

    private void run(Ask ask, InferenceRequest request, @Nullable String lastChoice) {
        try {
            Object body = lastChoice == null ? ask.first(request, call) : ask.other(request, call, lastChoice);
            if (body == null) {
                throw new InferenceException(ErrorCode.INTERNAL, "the route that asks backends left no answer");
            }
            if (!answer.complete(body)) {
                discard(body);
            }
        } catch (Throwable e) {
            answer.completeExceptionally(e);
        }
    }

    Call call() {
        return call;
    }

    /** The answer, or the first chunk of it; completes with the route's failure. */
    CompletableFuture<Object> answer() {
        return answer;
    }

    /** Stops this attempt at its backend. */
    void abandon() {
        parent.removeOnCancel(withParent);
        call.cancel(ErrorCode.CANCELLED);
        if (!answer.cancel(false) && answer.state() == Future.State.SUCCESS) {
            discard(answer.resultNow());
        }
    }

    private static void discard(@Nullable Object body) {
        if (body instanceof StreamedAnswer abandoned) {
            abandoned.chunks().close();
        }
    }
}
