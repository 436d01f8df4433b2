package io.inference.imageserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.stub.StubServer;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A ComfyUI server, written from its published interface: {@code /prompt} with the checks of checkpoint and sampler,
 * one prompt at a time, {@code /queue}, {@code /history}, {@code /view}, {@code /interrupt}, uploads and the WebSocket.
 */
public final class FakeComfyUi implements AutoCloseable {
    public static final Set<String> CHECKPOINTS = Set.of("sd15/base.safetensors");
    private static final Set<String> SAMPLERS = Set.of("euler", "dpmpp_2m");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final StubServer server = new StubServer(this::handle);
    private final Map<String, StubServer.Connection> sockets = new ConcurrentHashMap<>();
    private final Map<String, Run> pending = new LinkedHashMap<>();
    private final Map<String, ObjectNode> history = new ConcurrentHashMap<>();
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final List<JsonNode> prompts = new CopyOnWriteArrayList<>();
    private final List<String> uploads = new CopyOnWriteArrayList<>();
    private final List<String> interrupted = new CopyOnWriteArrayList<>();
    private final List<String> deleted = new CopyOnWriteArrayList<>();
    private Consumer<Run> script = Run::succeed;
    private Run running;
    private boolean held;
    private boolean withoutSocket;
    private boolean malformed;
    private int number;

    public URI url() {
        return server.url();
    }

    /** What happens while a prompt runs, on a thread of its own; a success without this. */
    public void setScript(Consumer<Run> script) {
        this.script = script;
    }

    /** Prompts wait until {@link #release}. */
    public synchronized void hold() {
        held = true;
    }

    public synchronized void release() {
        held = false;
        startNext();
    }

    /** No WebSocket can be opened. */
    public void refuseSockets() {
        withoutSocket = true;
    }

    /** Every answer is cut JSON. */
    public void breakAnswers() {
        malformed = true;
    }

    /** Forgets all prompts, as a restart does. */
    public synchronized void restart() {
        pending.clear();
        running = null;
        history.clear();
        List<StubServer.Connection> open = List.copyOf(sockets.values());
        sockets.clear();
        open.forEach(StubServer.Connection::close);
    }

    /** A prompt of another client, which waits before those that come later. */
    public synchronized void addForeignPrompt(String id) {
        Run run = new Run(id, "foreign", number++, JSON.createObjectNode());
        pending.put(id, run);
    }

    public List<JsonNode> prompts() {
        return prompts;
    }

    public List<String> uploads() {
        return uploads;
    }

    public List<String> interrupted() {
        return interrupted;
    }

    public List<String> deleted() {
        return deleted;
    }

    public List<StubServer.Request> requests() {
        return server.requests();
    }

    /** A prompt that runs. */
    public final class Run {
        private final String id;
        private final String client;
        private final int number;
        private final JsonNode prompt;
        private volatile boolean stopped;

        private Run(String id, String client, int number, JsonNode prompt) {
            this.id = id;
            this.client = client;
            this.number = number;
            this.prompt = prompt;
        }

        public void send(String type, ObjectNode data) {
            data.put("prompt_id", id);
            ObjectNode message = JSON.createObjectNode().put("type", type);
            message.set("data", data);
            frame(1, message.toString().getBytes(StandardCharsets.UTF_8));
        }

        public void progress(int value, int max) {
            send(
                    "progress",
                    JSON.createObjectNode().put("value", value).put("max", max).put("node", "sample"));
        }

        public void preview(byte[] jpeg) {
            frame(
                    2,
                    ByteBuffer.allocate(8 + jpeg.length)
                            .putInt(1)
                            .putInt(1)
                            .put(jpeg)
                            .array());
        }

        public void text(String text) {
            frame(1, text.getBytes(StandardCharsets.UTF_8));
        }

        public void dropSocket() {
            StubServer.Connection socket = sockets.remove(client);
            if (socket != null) {
                socket.close();
            }
        }

        private void frame(int opcode, byte[] payload) {
            StubServer.Connection socket = sockets.get(client);
            if (socket == null) {
                return;
            }
            try {
                socket.frame(opcode, payload, true);
            } catch (IOException e) {
                sockets.remove(client);
            }
        }

        /** Three steps with previews, then as many pictures as the workflow's batch. */
        public void succeed() {
            for (int step = 1; step <= 3; step++) {
                preview(TestPictures.jpeg(step));
                progress(step, 3);
            }
            int batch = Math.max(
                    1, prompt.path("canvas").path("inputs").path("batch_size").asInt(1));
            finish(batch, "temp");
        }

        public void finish(int count, String type) {
            ObjectNode output = JSON.createObjectNode();
            ArrayNode images = output.putArray("images");
            for (int i = 0; i < count; i++) {
                String name = "picture & " + id + "_" + i + ".png";
                files.put(name, TestPictures.png(8, 8, 0x100000 + i));
                images.addObject().put("filename", name).put("subfolder", "").put("type", type);
            }
            finish(output);
        }

        /** Ends with an output that names a file with these bytes. */
        public void finish(byte[] file) {
            files.put("file", file);
            ObjectNode output = JSON.createObjectNode();
            output.putArray("images")
                    .addObject()
                    .put("filename", "file")
                    .put("subfolder", "")
                    .put("type", "output");
            finish(output);
        }

        private void finish(ObjectNode output) {
            ObjectNode entry = JSON.createObjectNode();
            entry.putObject("outputs").set("pictures", output);
            entry.putObject("status").put("status_str", "success").put("completed", true);
            end(entry);
            send("execution_success", JSON.createObjectNode());
        }

        /** Ends with an error of a node. */
        public void fail(String message) {
            ObjectNode entry = JSON.createObjectNode();
            entry.putObject("outputs");
            ObjectNode status =
                    entry.putObject("status").put("status_str", "error").put("completed", false);
            ArrayNode event = status.putArray("messages").addArray().add("execution_error");
            event.addObject().put("exception_message", message).put("node_type", "KSampler");
            end(entry);
            send("execution_error", JSON.createObjectNode().put("exception_message", message));
        }

        private void end(ObjectNode entry) {
            synchronized (FakeComfyUi.this) {
                if (running == this) {
                    running = null;
                    history.put(id, entry);
                    startNext();
                }
            }
        }

        /** Runs until it is interrupted. */
        public void stall() {
            progress(1, 3);
            synchronized (FakeComfyUi.this) {
                while (!stopped && running == this) {
                    try {
                        FakeComfyUi.this.wait();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        return;
                    }
                }
            }
        }
    }

    private synchronized void startNext() {
        if (held || running != null || pending.isEmpty()) {
            return;
        }
        Run next = pending.remove(pending.keySet().iterator().next());
        running = next;
        Thread.ofVirtual().start(() -> {
            next.send("execution_start", JSON.createObjectNode());
            script.accept(next);
        });
    }

    private void handle(StubServer.Request request, StubServer.Connection connection) throws IOException {
        URI uri = URI.create(request.path());
        Map<String, String> query = query(uri);
        String path = uri.getPath();
        if (path.equals("/ws")) {
            if (withoutSocket) {
                connection.whole(404, "text/plain", "not here");
            } else {
                // Before the client hears of it, which then sends a prompt at once.
                sockets.put(query.get("clientId"), connection);
                connection.acceptWebSocket(request);
            }
        } else if (path.equals("/view")) {
            byte[] file = files.get(query.get("filename"));
            if (file == null) {
                connection.whole(404, "text/plain", "no file");
            } else {
                connection.whole(200, "image/png", file);
            }
        } else {
            answer(request, path, connection);
        }
    }

    private void answer(StubServer.Request request, String path, StubServer.Connection connection) throws IOException {
        String operation = request.method() + " " + path.replaceAll("^(/history|/object_info)/.*", "$1");
        String last = path.substring(path.lastIndexOf('/') + 1);
        ObjectNode answer = switch (operation) {
            case "GET /system_stats" -> JSON.createObjectNode();
            case "GET /object_info" -> objectInfo(last);
            case "GET /queue" -> queue();
            case "GET /history" -> historyOf(last);
            case "POST /upload/image" -> upload(request.body());
            case "POST /queue" -> delete(JSON.readTree(request.body()));
            case "POST /interrupt" -> interrupt(JSON.readTree(request.body()));
            case "POST /prompt" -> prompt(JSON.readTree(request.body()));
            default -> throw new IllegalStateException(operation);
        };
        int status = answer.has("error") ? 400 : 200;
        String text = answer.toString();
        connection.whole(status, "application/json", malformed ? text.substring(1) : text);
    }

    private static ObjectNode objectInfo(String type) {
        ObjectNode answer = JSON.createObjectNode();
        ObjectNode required = answer.putObject(type).putObject("input").putObject("required");
        ArrayNode names = required.putArray("ckpt_name").addArray();
        CHECKPOINTS.forEach(names::add);
        return answer;
    }

    private synchronized ObjectNode queue() {
        ObjectNode answer = JSON.createObjectNode();
        ArrayNode now = answer.putArray("queue_running");
        if (running != null) {
            now.addArray().add(running.number).add(running.id);
        }
        ArrayNode waiting = answer.putArray("queue_pending");
        // A heap: in no order that means anything.
        new ArrayList<>(pending.values())
                .reversed()
                .forEach(run -> waiting.addArray().add(run.number).add(run.id));
        return answer;
    }

    private ObjectNode historyOf(String id) {
        ObjectNode answer = JSON.createObjectNode();
        if (history.containsKey(id)) {
            answer.set(id, history.get(id));
        }
        return answer;
    }

    private ObjectNode upload(String form) {
        uploads.add(form);
        return JSON.createObjectNode()
                .put("name", "stored-" + uploads.size() + ".png")
                .put("subfolder", "")
                .put("type", "temp");
    }

    private synchronized ObjectNode delete(JsonNode body) {
        for (JsonNode id : body.path("delete")) {
            if (pending.remove(id.asText()) != null) {
                deleted.add(id.asText());
            }
        }
        return JSON.createObjectNode();
    }

    private synchronized ObjectNode interrupt(JsonNode body) {
        if (running != null) {
            interrupted.add(running.id);
            running.stopped = true;
            running = null;
            notifyAll();
            startNext();
        }
        return JSON.createObjectNode().put("asked", body.path("prompt_id").asText());
    }

    private synchronized ObjectNode prompt(JsonNode body) {
        JsonNode prompt = body.path("prompt");
        prompts.add(prompt);
        ObjectNode refused = JSON.createObjectNode();
        for (Map.Entry<String, JsonNode> node : prompt.properties()) {
            JsonNode inputs = node.getValue().path("inputs");
            check(node, inputs, "ckpt_name", CHECKPOINTS, refused);
            check(node, inputs, "sampler_name", SAMPLERS, refused);
            if (node.getValue().path("class_type").asText().equals("Missing")) {
                refused.putObject("error")
                        .put("type", "invalid_prompt")
                        .put("message", "Cannot execute because node Missing does not exist in /opt/ComfyUI/nodes.");
                refused.putObject("node_errors");
            }
        }
        if (!refused.isEmpty()) {
            return refused;
        }
        String id = UUID.randomUUID().toString();
        pending.put(id, new Run(id, body.path("client_id").asText(), number, prompt));
        startNext();
        return JSON.createObjectNode().put("prompt_id", id).put("number", number++);
    }

    private static void check(
            Map.Entry<String, JsonNode> node, JsonNode inputs, String input, Set<String> known, ObjectNode refused) {
        if (inputs.has(input) && !known.contains(inputs.path(input).asText())) {
            refused.putObject("error")
                    .put("type", "prompt_outputs_failed_validation")
                    .put("message", "Prompt outputs failed validation");
            ObjectNode error = refused.putObject("node_errors")
                    .putObject(node.getKey())
                    .putArray("errors")
                    .addObject();
            error.put("type", "value_not_in_list").put("message", "Value not in list");
            error.putObject("extra_info")
                    .put("input_name", input)
                    .put("received_value", inputs.path(input).asText());
        }
    }

    private static Map<String, String> query(URI uri) {
        Map<String, String> query = new LinkedHashMap<>();
        if (uri.getRawQuery() != null) {
            for (String pair : uri.getRawQuery().split("&")) {
                int equals = pair.indexOf('=');
                query.put(
                        pair.substring(0, equals),
                        URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return query;
    }

    @Override
    public void close() {
        server.close();
        restart();
        synchronized (this) {
            notifyAll();
        }
    }
}
