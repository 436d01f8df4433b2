package io.inference.imageserver.comfyui;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageData;
import io.inference.backend.workflow.Workflow;
import io.inference.imageserver.Pictures;
import io.inference.imageserver.ServerFailures;
import io.inference.imageserver.ServerTrees;
import io.inference.upstream.Connection;
import io.inference.upstream.Reply;
import io.inference.upstream.UpstreamClient;
import io.inference.upstream.form.Form;
import io.inference.upstream.socket.UpstreamSocket;
import io.inference.upstream.tls.LiveTls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The operations of one ComfyUI server. Names of files in its answers go back to it and nowhere else. */
final class ComfyUiServer implements AutoCloseable {
    private static final Duration SHORT = Duration.ofSeconds(5);
    /** Uploads go to the folder that ComfyUI empties when it starts. */
    private static final String TEMPORARY = "temp";

    private final Connection connection;
    private final UpstreamClient client;
    private final ServerFailures failures;
    private final PromptErrors errors;
    private final @Nullable LiveTls tls;
    private final URI prompt;
    private final URI queue;
    private final URI interrupt;
    private final URI upload;

    ComfyUiServer(Connection connection, UpstreamClient client, ServerFailures failures) {
        this.connection = connection;
        this.client = client;
        this.failures = failures;
        this.errors = new PromptErrors(failures);
        this.tls = connection.tls() == null
                ? null
                : new LiveTls(connection.backend() + "-socket", connection.tls(), () -> {});
        this.prompt = client.endpoint("/prompt");
        this.queue = client.endpoint("/queue");
        this.interrupt = client.endpoint("/interrupt");
        this.upload = client.endpoint("/upload/image");
    }

    /** What the server offers for an input, such as the names of its checkpoints. */
    List<String> choices(Workflow.Input input) {
        JsonNode info = read(client.get(client.endpoint("/object_info/" + encoded(input.type())), SHORT));
        JsonNode field = info.path(input.type()).path("input").path("required").path(input.name());
        // A list of names; newer nodes have it among the options of a combo.
        JsonNode names = field.path(0).isArray() ? field.path(0) : field.path(1).path("options");
        List<String> choices = new ArrayList<>();
        names.forEach(name -> choices.add(name.asText()));
        return choices;
    }

    void checkAlive() {
        JsonNode ignored = read(client.get(client.endpoint("/system_stats"), SHORT));
    }

    /** Uploads a picture; returns its name for an input of a node that loads it. */
    String upload(ImageData picture) {
        String type = picture.mediaType();
        String suffix = type.substring(type.indexOf('/') + 1);
        Reply reply = client.post(
                upload,
                new Form()
                        .text("type", TEMPORARY)
                        .file(
                                "image",
                                "inference-" + UUID.randomUUID() + "." + suffix,
                                type,
                                picture.bytes().length,
                                () -> new ByteArrayInputStream(picture.bytes())),
                connection.firstTokenTimeout());
        JsonNode stored = read(reply);
        String name = stored.path("name").asText();
        String folder = stored.path("subfolder").asText();
        if (name.isEmpty()) {
            throw client.failures().malformed(null);
        }
        return (folder.isEmpty() ? name : folder + "/" + name) + " ["
                + stored.path("type").asText(TEMPORARY) + "]";
    }

    /** Submits a workflow whose places are filled. */
    ComfyUiJob submit(ObjectNode filled, Workflow workflow) {
        String clientId = UUID.randomUUID().toString();
        UpstreamSocket socket = listen(clientId);
        try {
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            body.set("prompt", filled);
            body.put("client_id", clientId);
            Reply reply = client.post(prompt, ServerTrees.bytes(body), connection.firstTokenTimeout());
            JsonNode accepted =
                    client.read(reply, refused -> errors.of(refused, workflow, client.failures()), ServerTrees::read);
            String id = accepted.path("prompt_id").asText();
            if (id.isEmpty()) {
                throw client.failures().malformed(null);
            }
            return new ComfyUiJob(this, id, accepted.path("number").asDouble(), socket);
        } catch (RuntimeException e) {
            if (socket != null) {
                socket.close();
            }
            throw e;
        }
    }

    /** A WebSocket for the reports on one job; null if there is none, so that the job has to be asked for. */
    private @Nullable UpstreamSocket listen(String clientId) {
        try {
            return UpstreamSocket.open(connection, tls == null ? null : tls.context(), "/ws?clientId=" + clientId);
        } catch (IOException e) {
            return null;
        }
    }

    /** The queue: {@code queue_running} and {@code queue_pending}. */
    JsonNode queue() {
        return read(client.get(queue, SHORT));
    }

    /** What has become of a prompt; empty while it is not done. */
    Optional<JsonNode> history(String id) {
        JsonNode history = read(client.get(client.endpoint("/history/" + encoded(id)), SHORT));
        return Optional.ofNullable(history.get(id));
    }

    /** A picture that the server made. */
    ImageData view(JsonNode file, Call call) {
        URI view = client.endpoint(
                "/view?filename=" + encoded(file.path("filename").asText())
                        + "&subfolder=" + encoded(file.path("subfolder").asText())
                        + "&type=" + encoded(file.path("type").asText()));
        Reply reply = client.get(view, connection.firstTokenTimeout(), call);
        return client.read(reply, refused -> client.failures().status(refused, null), Pictures::received);
    }

    /** Removes a prompt from the queue; no effect if it is not there. */
    void delete(String id) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putArray("delete").add(id);
        Reply ignored = client.post(queue, ServerTrees.bytes(body), SHORT);
    }

    /** Interrupts a prompt that runs. Older servers interrupt whatever runs. */
    void interrupt(String id) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("prompt_id", id);
        Reply ignored = client.post(interrupt, ServerTrees.bytes(body), SHORT);
    }

    InferenceException failed(String message) {
        return failures.reported(message);
    }

    private JsonNode read(Reply reply) {
        return client.read(reply, refused -> client.failures().status(refused, null), ServerTrees::read);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public void close() {
        if (tls != null) {
            tls.close();
        }
    }
}
