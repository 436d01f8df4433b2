package io.inference.imageserver.sdcpp;

import com.fasterxml.jackson.databind.JsonNode;
import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageData;
import io.inference.imageserver.JobEvents;
import io.inference.imageserver.Pictures;
import io.inference.imageserver.ServerFailures;
import io.inference.imageserver.ServerJob;
import io.inference.imageserver.ServerTrees;
import io.inference.upstream.Reply;
import io.inference.upstream.UpstreamClient;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** One job of a server of stable-diffusion.cpp, asked for until it has ended. */
final class SdcppJob implements ServerJob {
    private static final Duration SHORT = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(250);
    /** Questions in a row that may fail before the server counts as gone. */
    private static final int MOST_FAILURES = 6;

    private final UpstreamClient client;
    private final ServerFailures failures;
    private final URI job;
    private final URI cancel;
    private int failed;

    SdcppJob(UpstreamClient client, ServerFailures failures, String id) {
        this.client = client;
        this.failures = failures;
        this.job = client.endpoint("/sdcpp/v1/jobs/" + id);
        this.cancel = client.endpoint("/sdcpp/v1/jobs/" + id + "/cancel");
    }

    @Override
    public List<ImageData> await(JobEvents events, Call call) {
        CountDownLatch cancelled = new CountDownLatch(1);
        Runnable stop = cancelled::countDown;
        call.onCancel(stop);
        try {
            while (true) {
                JsonNode state = ask(call);
                switch (state.path("status").asText()) {
                    case "queued" -> events.queued(state.path("queue_position").asInt());
                    case "generating" -> events.queued(0);
                    case "completed" -> {
                        return pictures(state);
                    }
                    case "failed" ->
                        throw failures.reported(
                                state.path("error").path("message").asText());
                    case "cancelled" -> throw failures.reported("the job was cancelled");
                    // The server did not answer, which it may do again.
                    default -> {}
                }
                boolean ignored = cancelled.await(POLL.toMillis(), TimeUnit.MILLISECONDS);
                call.throwIfCancelled();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Call.cancellation(ErrorCode.CANCELLED);
        } finally {
            call.removeOnCancel(stop);
        }
    }

    /** The state of the job; an empty object if the server did not answer, unless that happens too often. */
    private JsonNode ask(Call call) {
        try {
            Reply reply = client.get(job, SHORT, call);
            if (reply.status() == 404 || reply.status() == 410) {
                throw failures.reported("it has lost the request");
            }
            JsonNode state = client.read(reply, refused -> client.failures().status(refused, null), ServerTrees::read);
            if (!state.path("status").isTextual()) {
                throw client.failures().malformed(null);
            }
            failed = 0;
            return state;
        } catch (InferenceException e) {
            boolean silent = e.code() == ErrorCode.UNAVAILABLE || e.code() == ErrorCode.TIMEOUT;
            if (!silent || call.cancelled() != null || ++failed >= MOST_FAILURES) {
                throw e;
            }
            return ServerTrees.EMPTY;
        }
    }

    private List<ImageData> pictures(JsonNode state) {
        List<ImageData> pictures = new ArrayList<>();
        for (JsonNode image : state.path("result").path("images")) {
            try {
                pictures.add(Pictures.received(image.path("b64_json").asText()));
            } catch (IOException e) {
                throw client.failures().malformed(e);
            }
        }
        if (pictures.isEmpty()) {
            throw failures.reported("it made no picture");
        }
        return pictures;
    }

    /** The server refuses it for a job that it works on, and goes on. */
    @Override
    public void cancel() {
        Reply ignored = client.post(cancel, ServerTrees.bytes(ServerTrees.EMPTY), SHORT);
    }
}
