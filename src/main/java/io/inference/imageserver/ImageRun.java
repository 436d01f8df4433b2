package io.inference.imageserver;

import io.inference.api.answer.ImageAnswer;
import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageData;
import io.inference.api.stream.ChunkPipe;
import io.inference.api.stream.ImageEvent;
import io.inference.upstream.Failures;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request at a server: as many jobs, one after another, as its pictures need. A virtual thread follows them and
 * writes into a pipe. If the stream is closed or the call is cancelled, the job in progress is cancelled at the server.
 */
final class ImageRun {
    /** Submits the next job. */
    interface Submission {
        /**
         * @param count pictures of this job
         * @param made pictures of the jobs before it
         */
        ServerJob submit(int count, int made);
    }

    private static final Logger log = LoggerFactory.getLogger(ImageRun.class);
    private static final int EVENTS_AHEAD = 16;

    private final Submission submission;
    private final Failures failures;
    private final int count;
    private final int atOnce;
    private final Call call;
    /** Cancelled with the call, and if the stream is closed. */
    private final Call work;

    private final Runnable cancelWork;
    private final ChunkPipe pipe;
    private final JobEvents events;
    private @Nullable ServerJob job;

    ImageRun(Submission submission, Failures failures, int count, int atOnce, int partials, Call call) {
        this.submission = submission;
        this.failures = failures;
        this.count = count;
        this.atOnce = atOnce;
        this.call = call;
        this.work = call.attempt("");
        this.cancelWork = call.cancelling(work);
        this.pipe = new ChunkPipe(EVENTS_AHEAD, () -> work.cancel(ErrorCode.CANCELLED));
        this.events = new JobEvents(this::put, count, atOnce, partials);
    }

    /** Waits until the server has accepted the first job. */
    ImageAnswer start(String model) {
        call.onCancel(cancelWork);
        try {
            ServerJob first = submit(Math.min(atOnce, count));
            work.onCancel(this::cancelled);
            Thread.ofVirtual().name("images-" + call.id()).start(() -> run(first));
            return new ImageAnswer(model, pipe);
        } catch (RuntimeException e) {
            call.removeOnCancel(cancelWork);
            throw e;
        }
    }

    /**
     * Submits on a thread of its own, which is not interrupted: a server may have accepted a job whose submission was
     * broken off. A job whose caller is gone is cancelled.
     */
    private ServerJob submit(int pictures) {
        CompletableFuture<ServerJob> submitted = new CompletableFuture<>();
        Runnable stop = () -> submitted.completeExceptionally(cancellation());
        work.onCancel(stop);
        int made = events.made();
        Thread.ofVirtual().name("submit-" + call.id()).start(() -> {
            try {
                ServerJob accepted = submission.submit(pictures, made);
                if (!submitted.complete(accepted)) {
                    cancelAtServer(accepted);
                }
            } catch (Throwable e) {
                submitted.completeExceptionally(e);
            }
        });
        try {
            ServerJob accepted = submitted.get();
            setJob(accepted);
            return accepted;
        } catch (ExecutionException e) {
            InferenceException known = InferenceException.in(e);
            throw known == null ? failures.failed("failed", e) : known;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            submitted.completeExceptionally(e);
            throw Call.cancellation(ErrorCode.CANCELLED);
        } finally {
            work.removeOnCancel(stop);
        }
    }

    private void run(ServerJob first) {
        try {
            ServerJob current = first;
            while (true) {
                List<ImageData> pictures = current.await(events, work);
                setJob(null);
                pictures.stream().limit(count - events.made()).forEach(events::picture);
                events.jobDone();
                if (events.made() >= count) {
                    break;
                }
                current = submit(Math.min(atOnce, count - events.made()));
            }
            pipe.end();
        } catch (InferenceException e) {
            failed(e);
        } catch (RuntimeException | Error e) {
            // An error too: if the writer ended without a failure, the reader would wait until its deadline.
            failed(failures.failed("failed", e));
        } finally {
            call.removeOnCancel(cancelWork);
        }
    }

    /** Ends the stream first: the server may take its time. */
    private void failed(InferenceException why) {
        pipe.fail(why);
        ServerJob left = takeJob();
        if (left != null) {
            cancelAtServer(left);
        }
    }

    private void put(ImageEvent event) {
        if (!(event instanceof ImageEvent.Progress)) {
            call.markFirstToken();
        }
        if (!pipe.put(event)) {
            throw cancellation();
        }
    }

    private void cancelled() {
        pipe.abort(cancellation());
        ServerJob left = takeJob();
        if (left != null) {
            Thread.ofVirtual().name("cancel-" + call.id()).start(() -> cancelAtServer(left));
        }
    }

    private InferenceException cancellation() {
        ErrorCode why = work.cancelled();
        return Call.cancellation(why == null ? ErrorCode.CANCELLED : why);
    }

    private static void cancelAtServer(ServerJob left) {
        try {
            left.cancel();
        } catch (RuntimeException e) {
            log.debug("a job could not be cancelled: {}", e.getMessage());
        }
    }

    private synchronized void setJob(@Nullable ServerJob next) {
        job = next;
    }

    private synchronized @Nullable ServerJob takeJob() {
        ServerJob taken = job;
        job = null;
        return taken;
    }
}
