package io.inference.imageserver.comfyui;

import com.fasterxml.jackson.databind.JsonNode;
import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageData;
import io.inference.imageserver.JobEvents;
import io.inference.imageserver.ServerJob;
import io.inference.imageserver.ServerTrees;
import io.inference.upstream.socket.SocketMessage;
import io.inference.upstream.socket.UpstreamSocket;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One prompt at a ComfyUI server. The WebSocket reports what happens; the queue and the history have the state. They
 * are asked while the WebSocket is silent, and instead of it if it breaks.
 */
final class ComfyUiJob implements ServerJob {
    /** Silence of the WebSocket after which the server is asked. */
    private static final Duration SILENCE = Duration.ofSeconds(2);
    /** Time between two questions if there is no WebSocket. */
    private static final Duration POLL = Duration.ofMillis(500);
    /** Questions in a row that may fail before the server counts as gone. */
    private static final int MOST_FAILURES = 6;

    private final ComfyUiServer server;
    private final String id;
    private final double number;
    private final @Nullable UpstreamSocket opened;
    private @Nullable UpstreamSocket socket;
    private int failures;

    /**
     * @param number of the prompt: the lower, the earlier it is run
     * @param socket null if there is none
     */
    ComfyUiJob(ComfyUiServer server, String id, double number, @Nullable UpstreamSocket socket) {
        this.server = server;
        this.id = id;
        this.number = number;
        this.opened = socket;
        this.socket = socket;
    }

    @Override
    public List<ImageData> await(JobEvents events, Call call) {
        Runnable stop = this::closeSocket;
        call.onCancel(stop);
        try {
            Optional<JsonNode> done = position(events);
            while (done.isEmpty()) {
                call.throwIfCancelled();
                done = listen(events, call);
            }
            return pictures(done.get(), call);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Call.cancellation(ErrorCode.CANCELLED);
        } finally {
            call.removeOnCancel(stop);
            stop.run();
        }
    }

    /** Waits for the next message, or a while. Returns the entry of the history, if the prompt is done. */
    private Optional<JsonNode> listen(JobEvents events, Call call) throws InterruptedException {
        if (socket == null) {
            Thread.sleep(POLL);
            return poll(events);
        }
        try {
            SocketMessage message = socket.next(SILENCE);
            return switch (message) {
                case null -> poll(events);
                case SocketMessage.Text text -> text(ServerTrees.read(text.text()), events);
                case SocketMessage.Binary binary -> {
                    if (events.wantsPreview()) {
                        PreviewFrame.read(binary.bytes(), id).ifPresent(events::preview);
                    }
                    yield Optional.empty();
                }
            };
        } catch (IOException e) {
            call.throwIfCancelled();
            socket.close();
            socket = null;
            return poll(events);
        }
    }

    private Optional<JsonNode> text(JsonNode message, JobEvents events) {
        JsonNode data = message.path("data");
        String type = message.path("type").asText();
        if (type.equals("status")) {
            return position(events);
        }
        // Older servers do not say whose progress it is; they send it to the client of the prompt alone.
        if (!data.path("prompt_id").asText(id).equals(id)) {
            return Optional.empty();
        }
        return switch (type) {
            case "execution_start" -> {
                events.queued(0);
                yield Optional.empty();
            }
            case "progress" -> {
                events.step(data.path("value").asInt(), data.path("max").asInt());
                yield Optional.empty();
            }
            case "executing" -> data.path("node").isNull() ? poll(events) : Optional.empty();
            case "execution_success" -> poll(events);
            case "execution_error" ->
                throw server.failed(data.path("exception_message").asText());
            case "execution_interrupted" -> throw server.failed("it was interrupted");
            default -> Optional.empty();
        };
    }

    /** Asks for the queue alone: the WebSocket reports everything else in its order. */
    private Optional<JsonNode> position(JobEvents events) {
        return poll(events, socket != null);
    }

    private Optional<JsonNode> poll(JobEvents events) {
        return poll(events, false);
    }

    /** Asks for the queue, then for the history: a prompt that leaves the one is in the other. */
    private Optional<JsonNode> poll(JobEvents events, boolean onlyQueue) {
        try {
            JsonNode queue = server.queue();
            int before = before(queue);
            if (before > 0) {
                events.queued(before);
            }
            boolean waits = before >= 0 || onlyQueue;
            Optional<JsonNode> done = waits ? Optional.empty() : server.history(id);
            if (!waits && done.isEmpty()) {
                throw server.failed("it has lost the request");
            }
            failures = 0;
            return done;
        } catch (InferenceException e) {
            boolean silent = e.code() == ErrorCode.UNAVAILABLE || e.code() == ErrorCode.TIMEOUT;
            if (!silent || ++failures >= MOST_FAILURES) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** Prompts that are run before this one; 0 if it runs; -1 if it is not in the queue. */
    private int before(JsonNode queue) {
        for (JsonNode running : queue.path("queue_running")) {
            if (running.path(1).asText().equals(id)) {
                return 0;
            }
        }
        boolean waits = false;
        int before = queue.path("queue_running").size();
        for (JsonNode pending : queue.path("queue_pending")) {
            waits |= pending.path(1).asText().equals(id);
            before += pending.path(0).asDouble() < number ? 1 : 0;
        }
        // A queue that is about to begin with it has nothing before it, but has not begun either.
        return waits ? Math.max(1, before) : -1;
    }

    private List<ImageData> pictures(JsonNode entry, Call call) {
        JsonNode status = entry.path("status");
        if (status.path("status_str").asText().equals("error")) {
            throw server.failed(message(status));
        }
        List<JsonNode> kept = new ArrayList<>();
        List<JsonNode> temporary = new ArrayList<>();
        for (JsonNode output : entry.path("outputs")) {
            for (JsonNode file : output.path("images")) {
                (file.path("type").asText().equals("output") ? kept : temporary).add(file);
            }
        }
        // A workflow that saves its pictures may show steps before them as well.
        List<JsonNode> files = kept.isEmpty() ? temporary : kept;
        if (files.isEmpty()) {
            throw server.failed("its workflow made no picture");
        }
        return files.stream().map(file -> server.view(file, call)).toList();
    }

    private static String message(JsonNode status) {
        for (JsonNode event : status.path("messages")) {
            String type = event.path(0).asText();
            if (type.equals("execution_error")) {
                return event.path(1).path("exception_message").asText();
            }
            if (type.equals("execution_interrupted")) {
                return "it was interrupted";
            }
        }
        return "";
    }

    private void closeSocket() {
        if (opened != null) {
            opened.close();
        }
    }

    /** Deletes it first: then it either runs or never will. */
    @Override
    public void cancel() {
        closeSocket();
        server.delete(id);
        if (before(server.queue()) == 0) {
            server.interrupt(id);
        }
    }
}
