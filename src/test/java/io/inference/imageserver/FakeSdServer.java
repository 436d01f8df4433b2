package io.inference.imageserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.stub.StubServer;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server of stable-diffusion.cpp with its API of jobs, written from its published interface: one queue, one job at a
 * time, positions from 1, and no cancellation of a job that it works on.
 */
public final class FakeSdServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final StubServer server = new StubServer(this::handle);
    private final Map<String, ObjectNode> jobs = new LinkedHashMap<>();
    private final Map<String, Integer> batches = new LinkedHashMap<>();
    private final List<String> queue = new ArrayList<>();
    private final List<JsonNode> submitted = new CopyOnWriteArrayList<>();
    private final List<String> cancelled = new CopyOnWriteArrayList<>();
    private boolean held;
    private boolean full;
    private String failure = "";
    private String answer = "";
    private byte[] picture = TestPictures.png(8, 8, 0x00FF00);

    public URI url() {
        return server.url();
    }

    /** Jobs wait: each question is answered with their state as it is. */
    public synchronized void hold() {
        held = true;
    }

    public synchronized void release() {
        held = false;
    }

    public synchronized void fill() {
        full = true;
    }

    /** Jobs fail with this message. */
    public synchronized void failWith(String message) {
        failure = message;
    }

    /** Questions for a job are answered with this text. */
    public synchronized void answerWith(String text) {
        answer = text;
    }

    public synchronized void makePicture(byte[] bytes) {
        picture = bytes;
    }

    /** Forgets all jobs. */
    public synchronized void restart() {
        jobs.clear();
        queue.clear();
    }

    /** Begins the first job that waits, which goes on until {@link #release}. */
    public synchronized void begin() {
        jobs.get(queue.removeFirst()).put("status", "generating");
    }

    public synchronized void addForeignJob(String id) {
        jobs.put(id, JSON.createObjectNode().put("id", id).put("status", "queued"));
        queue.add(id);
    }

    public List<JsonNode> submitted() {
        return submitted;
    }

    /** Ids of jobs that were to be cancelled. */
    public List<String> cancelled() {
        return cancelled;
    }

    public synchronized String statusOf(String id) {
        return jobs.get(id).path("status").asText();
    }

    private void handle(StubServer.Request request, StubServer.Connection connection) throws IOException {
        String path = request.path();
        if (path.equals("/sdcpp/v1/capabilities")) {
            connection.whole(200, "application/json", "{\"model\":{\"stem\":\"flux-schnell\",\"path\":\"/m/f.gguf\"}}");
        } else if (path.equals("/sdcpp/v1/img_gen")) {
            submit(JSON.readTree(request.body()), connection);
        } else if (path.endsWith("/cancel")) {
            cancel(path.split("/")[4], connection);
        } else {
            show(path.split("/")[4], connection);
        }
    }

    private synchronized void submit(JsonNode body, StubServer.Connection connection) throws IOException {
        submitted.add(body);
        if (full) {
            connection.whole(429, "application/json", "{\"error\":\"job queue is full\"}");
            return;
        }
        if (body.at("/sample_params/sample_method").asText().equals("nothing")) {
            connection.whole(400, "application/json", "{\"error\":\"invalid generation parameters\"}");
            return;
        }
        String id = "job_" + jobs.size();
        jobs.put(id, JSON.createObjectNode().put("id", id).put("status", "queued"));
        batches.put(id, body.path("batch_count").asInt(1));
        queue.add(id);
        connection.whole(202, "application/json", "{\"id\":\"" + id + "\",\"status\":\"queued\"}");
    }

    private synchronized void show(String id, StubServer.Connection connection) throws IOException {
        ObjectNode job = jobs.get(id);
        if (job == null) {
            connection.whole(404, "application/json", "{\"error\":\"job not found\"}");
            return;
        }
        if (!answer.isEmpty()) {
            connection.whole(200, "application/json", answer);
            return;
        }
        String status = job.path("status").asText();
        if (!held && status.equals("queued")) {
            queue.remove(id);
            job.put("status", "generating");
        } else if (!held && status.equals("generating")) {
            end(id, job);
        }
        job.put("queue_position", queue.indexOf(id) + 1);
        connection.whole(200, "application/json", job.toString());
    }

    private void end(String id, ObjectNode job) {
        if (!failure.isEmpty()) {
            job.put("status", "failed");
            job.putObject("error").put("code", "generation_failed").put("message", failure);
            return;
        }
        job.put("status", "completed");
        ArrayNode images = job.putObject("result").put("output_format", "png").putArray("images");
        for (int i = 0; i < batches.get(id); i++) {
            images.addObject()
                    .put("index", i)
                    .put("b64_json", Base64.getEncoder().encodeToString(picture));
        }
    }

    private synchronized void cancel(String id, StubServer.Connection connection) throws IOException {
        cancelled.add(id);
        ObjectNode job = jobs.get(id);
        if (job.path("status").asText().equals("generating")) {
            connection.whole(409, "application/json", "{\"error\":\"cannot be interrupted yet\"}");
            return;
        }
        queue.remove(id);
        job.put("status", "cancelled");
        connection.whole(200, "application/json", job.toString());
    }

    @Override
    public void close() {
        server.close();
    }
}
