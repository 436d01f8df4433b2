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
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A server with the API of AUTOMATIC1111's web UI: one request at a time, tasks by ids of the client, progress with
 * previews, and an interruption of whatever runs. What a server of stable-diffusion.cpp answers too is as it was
 * recorded there; the rest, tasks and sheets, is written from the published interface.
 */
public final class FakeAutomatic1111 implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LOADED = "base.safetensors [6ce0161689]";

    private final StubServer server = new StubServer(this::handle);
    private final List<String> queue = new ArrayList<>();
    private final List<JsonNode> bodies = new CopyOnWriteArrayList<>();
    private final List<String> paths = new CopyOnWriteArrayList<>();
    private final List<String> interrupted = new CopyOnWriteArrayList<>();
    private String running = "";
    private boolean held;
    private boolean stopped;
    private boolean withoutTasks;
    private int status = 200;
    private String answer = "";
    private double progress;
    private int preview = -1;

    public URI url() {
        return server.url();
    }

    /** Requests run until {@link #release} or an interruption. */
    public synchronized void hold() {
        held = true;
    }

    public synchronized void release() {
        held = false;
        notifyAll();
    }

    /** A request of another client runs. */
    public synchronized void runForeignTask() {
        running = "task(foreign)";
    }

    public synchronized void endForeignTask() {
        running = "";
        notifyAll();
    }

    /** As the servers that only speak the dialect: no ids of tasks. */
    public void forgetTasks() {
        withoutTasks = true;
    }

    public synchronized void answerWith(int newStatus, String text) {
        status = newStatus;
        answer = text;
    }

    /** How far the task has come that runs, with a preview. */
    public synchronized void progress(double share) {
        progress = share;
        preview++;
    }

    public List<JsonNode> bodies() {
        return bodies;
    }

    public List<String> paths() {
        return paths;
    }

    public List<String> interrupted() {
        return interrupted;
    }

    public synchronized boolean isRunning(String task) {
        return running.equals(task);
    }

    private void handle(StubServer.Request request, StubServer.Connection connection) throws Exception {
        String path = request.path();
        switch (path) {
            case "/sdapi/v1/sd-models" -> models().sendTo(connection);
            case "/sdapi/v1/options" ->
                Exchange.answer("automatic1111-models", path)
                        .with(options -> options.put("sd_model_checkpoint", LOADED))
                        .sendTo(connection);
            case "/internal/progress" -> progress(JSON.readTree(request.body()), connection);
            case "/sdapi/v1/interrupt" -> interrupt(connection);
            default -> make(request, connection);
        }
    }

    /** Two models in place of the recorded one. */
    private static Exchange.Answer models() {
        Exchange.Answer recorded = Exchange.answer("automatic1111-models", "/sd-models");
        ArrayNode models = (ArrayNode) recorded.json();
        models.add(models.get(0).deepCopy());
        ((ObjectNode) models.get(0)).put("title", LOADED);
        ((ObjectNode) models.get(1)).put("title", "other.ckpt");
        return new Exchange.Answer(recorded.status(), recorded.type(), models.toString());
    }

    private synchronized void progress(JsonNode body, StubServer.Connection connection) throws IOException {
        if (withoutTasks) {
            Exchange.answer("automatic1111-picture", "/internal/progress").sendTo(connection);
            return;
        }
        String task = body.path("id_task").asText();
        ObjectNode told = JSON.createObjectNode();
        told.put("active", running.equals(task));
        told.put("queued", queue.contains(task));
        told.put("completed", false);
        if (queue.contains(task)) {
            told.put("textinfo", "In queue: " + (queue.indexOf(task) + 1) + "/" + queue.size());
        } else if (running.equals(task)) {
            told.put("progress", progress);
            told.put("id_live_preview", preview);
            if (preview >= 0
                    && body.path("live_preview").asBoolean()
                    && body.path("id_live_preview").asInt() != preview) {
                told.put(
                        "live_preview",
                        "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(TestPictures.jpeg(preview)));
            }
        }
        connection.whole(200, "application/json", told.toString());
    }

    private synchronized void interrupt(StubServer.Connection connection) throws IOException {
        interrupted.add(running);
        stopped = true;
        notifyAll();
        connection.whole(200, "application/json", "{}");
    }

    private void make(StubServer.Request request, StubServer.Connection connection) throws Exception {
        JsonNode body = JSON.readTree(request.body());
        String task = body.path("force_task_id").asText();
        synchronized (this) {
            bodies.add(body);
            paths.add(request.path());
            if (status != 200) {
                connection.whole(status, "application/json", answer);
                return;
            }
            queue.add(task);
            while (!running.isEmpty() || !queue.getFirst().equals(task)) {
                wait();
            }
            queue.remove(task);
            running = task;
            stopped = false;
            while (held && !stopped) {
                wait();
            }
            running = "";
            notifyAll();
        }
        if (answer.isEmpty()) {
            made(body).sendTo(connection);
        } else {
            connection.whole(200, "application/json", answer);
        }
    }

    /** With several pictures, a sheet of all of them comes first. */
    private static Exchange.Answer made(JsonNode body) {
        int count = body.path("batch_size").asInt();
        return Exchange.answer("automatic1111-picture", "img").with(made -> {
            ArrayNode images = made.putArray("images");
            for (int i = count > 1 ? -1 : 0; i < count; i++) {
                images.add(Base64.getEncoder().encodeToString(TestPictures.png(8, 8, 0x200000 + i)));
            }
            made.put("info", "{\"index_of_first_image\":" + (count > 1 ? 1 : 0) + "}");
        });
    }

    @Override
    public void close() {
        server.close();
        synchronized (this) {
            running = "";
            held = false;
            notifyAll();
        }
    }
}
