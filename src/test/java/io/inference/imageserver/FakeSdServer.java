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
 * A server of stable-diffusion.cpp with its API of jobs: one queue, one job at a time, positions from 1, and no
 * cancellation of a job that it works on. Its answers are those that were recorded of a real one, with the ids, states
 * and faults of a test.
 */
public final class FakeSdServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final class Job {
        private final int count;
        private String status = "queued";

        Job(int count) {
            this.count = count;
        }
    }

    private final StubServer server =
            new StubServer((request, connection) -> answer(request).sendTo(connection));
    private final Map<String, Job> jobs = new LinkedHashMap<>();
    private final List<String> queue = new ArrayList<>();
    private final List<JsonNode> submitted = new CopyOnWriteArrayList<>();
    private final List<String> cancelled = new CopyOnWriteArrayList<>();
    private boolean held;
    private boolean full;
    private String failure = "";
    private String answer = "";
    private String picture = "";

    public URI url() {
        return server.url();
    }

    /** Jobs wait: each question is answered with their state as it is. */
    public synchronized void hold() {
        held = true;
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

    /** In place of the recorded pictures. */
    public synchronized void makePicture(byte[] bytes) {
        picture = Base64.getEncoder().encodeToString(bytes);
    }

    /** Forgets all jobs. */
    public synchronized void restart() {
        jobs.clear();
        queue.clear();
    }

    /** Begins the first job that waits, which goes on. */
    public synchronized void begin() {
        jobs.get(queue.removeFirst()).status = "generating";
    }

    public synchronized void addForeignJob(String id) {
        jobs.put(id, new Job(1));
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
        return jobs.get(id).status;
    }

    private synchronized Exchange.Answer answer(StubServer.Request request) throws IOException {
        String path = request.path();
        if (path.equals("/sdcpp/v1/capabilities")) {
            return Exchange.answer("sdcpp-models", path);
        }
        if (path.equals("/sdcpp/v1/img_gen")) {
            return submit(JSON.readTree(request.bytes()));
        }
        String id = path.split("/")[4];
        Job job = jobs.get(id);
        if (job == null) {
            return Exchange.answer("sdcpp-unknown-job", "/job_0");
        }
        if (path.endsWith("/cancel")) {
            return cancel(id, job);
        }
        if (!held) {
            step(id, job);
        }
        return answer.isEmpty() ? state(id, job) : new Exchange.Answer(200, "application/json", answer);
    }

    private Exchange.Answer submit(JsonNode body) {
        submitted.add(body);
        if (full) {
            return Exchange.answer("sdcpp-full", "/img_gen");
        }
        if (body.path("prompt").asText().equals("refuse")) {
            return Exchange.answer("sdcpp-refused", "/img_gen");
        }
        String id = "job_" + jobs.size();
        jobs.put(id, new Job(body.path("batch_count").asInt()));
        queue.add(id);
        return Exchange.answer("sdcpp-picture", "/img_gen")
                .with(told -> told.put("id", id).put("poll_url", "/sdcpp/v1/jobs/" + id));
    }

    private Exchange.Answer cancel(String id, Job job) {
        cancelled.add(id);
        if (job.status.equals("generating")) {
            return Exchange.answer("sdcpp-cancel-running", "/cancel");
        }
        queue.remove(id);
        job.status = "cancelled";
        return state(id, job);
    }

    private void step(String id, Job job) {
        if (job.status.equals("queued")) {
            queue.remove(id);
            job.status = "generating";
        } else if (job.status.equals("generating")) {
            job.status = failure.isEmpty() ? "completed" : "failed";
        }
    }

    /** No failed job was recorded: one that is cancelled has the same fields. */
    private Exchange.Answer state(String id, Job job) {
        return recorded(job.status.equals("failed") ? "cancelled" : job.status).with(told -> {
            told.put("id", id).put("status", job.status).put("queue_position", queue.indexOf(id) + 1);
            if (job.status.equals("failed")) {
                told.withObject("error").put("code", "generation_failed").put("message", failure);
            } else if (job.status.equals("completed")) {
                makePictures(told.withObject("result").withArray("images"), job.count);
            }
        });
    }

    private static Exchange.Answer recorded(String status) {
        return Exchange.recorded("sdcpp-cancel-waiting").stream()
                .filter(exchange -> exchange.request().path().contains("/jobs/"))
                .map(Exchange::answer)
                .filter(told -> told.json().path("status").asText().equals(status))
                .findFirst()
                .orElseThrow();
    }

    private void makePictures(ArrayNode images, int count) {
        ObjectNode image = (ObjectNode) images.get(0);
        if (!picture.isEmpty()) {
            image.put("b64_json", picture);
        }
        for (int i = 1; i < count; i++) {
            images.add(image.deepCopy().put("index", i));
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
