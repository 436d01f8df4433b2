package io.inference.imageserver.automatic1111;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One request: an exchange on a thread of its own, beside which the server is asked how far its task has come. */
final class Automatic1111Job implements ServerJob {
    /** What the server says about a task. */
    private enum State {
        /** It knows no ids of tasks. */
        NO_TASKS,
        /** It does not know this one, yet or any more. */
        UNKNOWN,
        QUEUED,
        ACTIVE
    }

    private static final Duration SHORT = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(250);
    /** A server that knows no tasks is given this time to refuse the request. */
    private static final Duration REFUSAL = Duration.ofMillis(500);
    /** A server that knows tasks and not this one is asked as often until the request counts as accepted. */
    private static final int MOST_LOOKS = 8;
    /** How long a task that waits is waited for, to interrupt it once it runs. */
    private static final Duration CANCEL_LIMIT = Duration.ofMinutes(10);
    /** AUTOMATIC1111 reports a share, not steps. */
    private static final int PERCENT = 100;

    private static final Pattern POSITION = Pattern.compile("In queue: (\\d{1,6})/\\d+");

    private final UpstreamClient client;
    private final ServerFailures failures;
    private final Call call;
    private final Call exchange;
    private final String task = "task(" + UUID.randomUUID() + ")";
    private final URI progress;
    private final URI interrupt;
    private final CompletableFuture<Reply> answer = new CompletableFuture<>();
    private volatile JsonNode seen = ServerTrees.EMPTY;
    private int lastPreview = -1;

    Automatic1111Job(UpstreamClient client, ServerFailures failures, Call call) {
        this.client = client;
        this.failures = failures;
        this.call = call;
        this.exchange = call.attempt("");
        this.progress = client.endpoint("/internal/progress");
        this.interrupt = client.endpoint("/sdapi/v1/interrupt");
    }

    /** The id of its task at the server. */
    String task() {
        return task;
    }

    /** Sends the request, and returns once the server has it. */
    void start(URI operation, ObjectNode body) {
        Thread.ofVirtual().name("pictures-" + call.id()).start(() -> {
            try {
                answer.complete(client.post(operation, ServerTrees.bytes(body), exchange));
            } catch (Throwable e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            for (int look = 0; look < MOST_LOOKS && !answer.isDone(); look++) {
                State state = firstLook();
                if (state == State.QUEUED || state == State.ACTIVE) {
                    return;
                }
                if (hasAnswered(state == State.NO_TASKS ? REFUSAL : POLL) || state == State.NO_TASKS) {
                    break;
                }
            }
        } catch (InferenceException e) {
            exchange.cancel(ErrorCode.CANCELLED);
            throw e;
        }
        if (answer.isDone()) {
            checked();
        }
    }

    private boolean hasAnswered(Duration time) {
        try {
            Reply ignored = answer.get(time.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Call.cancellation(ErrorCode.CANCELLED);
        }
    }

    @Override
    public List<ImageData> await(JobEvents events, Call waiting) {
        Runnable stop = waiting.cancelling(exchange);
        waiting.onCancel(stop);
        try {
            while (!answer.isDone()) {
                report(look(events.wantsPreview()), events);
                boolean ignored = hasAnswered(POLL);
            }
            waiting.throwIfCancelled();
            return pictures();
        } finally {
            waiting.removeOnCancel(stop);
        }
    }

    /** As {@link #state}: a server that is slow to say how far it is may have the request. */
    private State firstLook() {
        try {
            return state(false);
        } catch (InferenceException e) {
            if (e.code() != ErrorCode.TIMEOUT) {
                throw e;
            }
            return State.UNKNOWN;
        }
    }

    /** As {@link #state}; the exchange itself fails if the server is gone. */
    private State look(boolean preview) {
        try {
            return state(preview);
        } catch (InferenceException e) {
            return State.UNKNOWN;
        }
    }

    private State state(boolean preview) {
        ObjectNode question = JsonNodeFactory.instance
                .objectNode()
                .put("id_task", task)
                .put("id_live_preview", lastPreview)
                .put("live_preview", preview);
        Reply reply = client.post(progress, ServerTrees.bytes(question), SHORT);
        if (!reply.isOk()) {
            return State.NO_TASKS;
        }
        JsonNode status;
        try {
            status = ServerTrees.read(reply.body());
        } catch (IOException e) {
            return State.NO_TASKS;
        }
        seen = status;
        if (status.path("active").asBoolean()) {
            return State.ACTIVE;
        }
        return status.path("queued").asBoolean() ? State.QUEUED : State.UNKNOWN;
    }

    private void report(State state, JobEvents events) {
        JsonNode status = seen;
        if (state == State.QUEUED) {
            Matcher position = POSITION.matcher(status.path("textinfo").asText());
            events.queued(position.find() ? Integer.parseInt(position.group(1)) : 1);
        } else if (state == State.ACTIVE) {
            events.step((int) Math.round(status.path("progress").asDouble() * PERCENT), PERCENT);
            int id = status.path("id_live_preview").asInt(-1);
            String preview = status.path("live_preview").asText();
            if (id != lastPreview && preview.startsWith("data:")) {
                lastPreview = id;
                try {
                    events.preview(Pictures.received(preview));
                } catch (IOException e) {
                    // A preview is no reason to fail.
                    lastPreview = id;
                }
            }
        }
    }

    /** The answer, if it is not a failure. */
    private Reply checked() {
        Reply reply;
        try {
            reply = answer.get();
        } catch (ExecutionException e) {
            InferenceException known = InferenceException.in(e);
            throw known == null ? client.failures().failed("failed", e) : known;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Call.cancellation(ErrorCode.CANCELLED);
        }
        if (!reply.isOk()) {
            throw refused(reply);
        }
        return reply;
    }

    /** Servers say {@code detail} or {@code error} and {@code errors}. */
    private InferenceException refused(Reply reply) {
        JsonNode said = ServerTrees.EMPTY;
        try {
            said = ServerTrees.read(reply.body());
        } catch (IOException e) {
            // The status says enough.
        }
        String detail = said.path("detail").asText();
        if (reply.status() == 404 && detail.contains("Sampler")) {
            return InferenceException.invalid("sampler", "'sampler': the server has no such sampler");
        }
        if (reply.status() == 404 && detail.contains("Model")) {
            return InferenceException.modelNotFound("");
        }
        String message = said.path("errors").asText(detail);
        message = message.isEmpty() ? said.path("error").asText() : message;
        if (reply.status() / 100 == 5 && reply.status() != 503 && !message.isBlank()) {
            return failures.reported(message);
        }
        return client.failures().status(reply, failures.shown(message));
    }

    /** With several pictures, the first may be a sheet of all of them, as {@code info} says. */
    private List<ImageData> pictures() {
        Reply reply = checked();
        List<ImageData> pictures = new ArrayList<>();
        try {
            JsonNode made = ServerTrees.read(reply.body());
            int first = 0;
            String info = made.path("info").asText();
            if (info.startsWith("{")) {
                first = ServerTrees.read(info).path("index_of_first_image").asInt();
            }
            JsonNode images = made.path("images");
            for (int i = first; i < images.size(); i++) {
                pictures.add(Pictures.received(images.path(i).asText()));
            }
        } catch (IOException e) {
            throw client.failures().malformed(e);
        }
        if (pictures.isEmpty()) {
            throw failures.reported("it made no picture");
        }
        return pictures;
    }

    /**
     * Interrupts it if the server says that this task runs. A task that waits cannot be removed: it is interrupted once
     * it runs.
     */
    @Override
    public void cancel() {
        exchange.cancel(ErrorCode.CANCELLED);
        long until = System.nanoTime() + CANCEL_LIMIT.toNanos();
        State state = state(false);
        try {
            // It may just be on its way into the queue.
            for (int looks = 1; isExpected(state, looks) && System.nanoTime() < until; looks++) {
                Thread.sleep(POLL);
                state = state(false);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (state == State.ACTIVE) {
            Reply ignored = client.post(interrupt, ServerTrees.bytes(ServerTrees.EMPTY), SHORT);
        }
    }

    private static boolean isExpected(State state, int looks) {
        return state == State.QUEUED || state == State.UNKNOWN && looks < MOST_LOOKS;
    }
}
