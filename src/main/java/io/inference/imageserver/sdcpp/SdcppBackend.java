package io.inference.imageserver.sdcpp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageOptions;
import io.inference.api.request.ImageRequest;
import io.inference.imageserver.Drawing;
import io.inference.imageserver.ImageServerBackend;
import io.inference.imageserver.Pictures;
import io.inference.imageserver.ServerJob;
import io.inference.imageserver.ServerTrees;
import io.inference.upstream.Connection;
import io.inference.upstream.Reply;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes pictures with a server of stable-diffusion.cpp, which has one model and one queue. It reports the position in
 * the queue, but no steps and no previews, and cancels a job only while it waits. Its own API reads no commands in
 * prompts; files such as LoRAs are fields of its requests, which are never sent.
 */
public final class SdcppBackend extends ImageServerBackend {
    private static final Set<String> LACKS =
            Set.of("quality", "background", "moderation", "input_fidelity", "partial_images");

    /** The server's limit on a job. */
    private static final int MOST_AT_ONCE = 8;

    private static final int ACCEPTED = 202;

    public SdcppBackend(Connection connection) {
        super(connection);
    }

    @Override
    protected Set<String> lacks(ImageRequest request) {
        return LACKS;
    }

    @Override
    protected int mostAtOnce(ImageRequest request) {
        return MOST_AT_ONCE;
    }

    /** The one model, by the name of its file, or that of the entry if the server was started without one file. */
    @Override
    public List<ModelInfo> models() {
        String stem = capabilities().path("model").path("stem").asText();
        return List.of(ModelInfo.named(stem.isEmpty() ? name() : stem, name()));
    }

    private JsonNode capabilities() {
        return client.read(
                client.get(at("/sdcpp/v1/capabilities"), SHORT),
                refused -> client.failures().status(refused, null),
                ServerTrees::read);
    }

    @Override
    protected ServerJob submit(Drawing drawing, ImageOptions options, int count, Call call) {
        checkNames(drawing);
        byte[] body = ServerTrees.bytes(body(drawing, options, count));
        Reply reply = client.post(at("/sdcpp/v1/img_gen"), body, connection.firstTokenTimeout());
        if (reply.status() != ACCEPTED && !reply.isOk()) {
            throw refused(reply);
        }
        String id;
        try {
            id = ServerTrees.read(reply.body()).path("id").asText();
        } catch (IOException e) {
            throw client.failures().malformed(e);
        }
        if (!id.matches("[\\w-]+")) {
            throw client.failures().malformed(null);
        }
        return new SdcppJob(client, failures, id);
    }

    /** In place of a name that it does not know, the server would take its own and not say so. */
    private void checkNames(Drawing drawing) {
        if (drawing.sampler() == null && drawing.scheduler() == null) {
            return;
        }
        JsonNode capabilities = capabilities();
        checkName("sampler", drawing.sampler(), capabilities.path("samplers"));
        checkName("scheduler", drawing.scheduler(), capabilities.path("schedulers"));
    }

    private static void checkName(String field, @Nullable String name, JsonNode known) {
        if (name == null || known.isEmpty()) {
            return;
        }
        for (JsonNode each : known) {
            if (name.equals(each.asText())) {
                return;
            }
        }
        throw InferenceException.invalid(field, "'" + field + "': the server has no such " + field);
    }

    private InferenceException refused(Reply reply) {
        String message = "";
        try {
            message =
                    failures.shown(ServerTrees.read(reply.body()).path("error").asText());
        } catch (IOException e) {
            // The status says enough.
        }
        return client.failures().status(reply, message);
    }

    private static ObjectNode body(Drawing drawing, ImageOptions options, int count) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("prompt", drawing.prompt());
        body.put("seed", drawing.seed());
        body.put("batch_count", count);
        // The prompt is the caller's: it is not written into the picture.
        body.put("embed_image_metadata", false);
        if (drawing.negativePrompt() != null) {
            body.put("negative_prompt", drawing.negativePrompt());
        }
        if (drawing.size() != null) {
            body.put("width", drawing.size().width());
            body.put("height", drawing.size().height());
        }
        if (drawing.strength() != null) {
            body.put("strength", drawing.strength());
        }
        ObjectNode sampling = JsonNodeFactory.instance.objectNode();
        if (drawing.steps() != null) {
            sampling.put("sample_steps", drawing.steps());
        }
        if (drawing.sampler() != null) {
            sampling.put("sample_method", drawing.sampler());
        }
        if (drawing.scheduler() != null) {
            sampling.put("scheduler", drawing.scheduler());
        }
        if (drawing.cfg() != null) {
            sampling.putObject("guidance").put("txt_cfg", drawing.cfg());
        }
        if (!sampling.isEmpty()) {
            body.set("sample_params", sampling);
        }
        addPictures(drawing, body);
        if (options.format() != null) {
            body.put("output_format", options.format());
        }
        if (options.compression() != null) {
            body.put("output_compression", options.compression());
        }
        return body;
    }

    /** As for OpenAI's API, the server gets each picture as a reference, and the first to begin with. */
    private static void addPictures(Drawing drawing, ObjectNode body) {
        if (drawing.images().isEmpty()) {
            return;
        }
        ArrayNode references = body.putArray("ref_images");
        drawing.images().forEach(image -> references.add(Pictures.base64(image)));
        body.put("init_image", references.get(0).asText());
        if (drawing.mask() != null) {
            body.put("mask_image", Pictures.base64(Pictures.whiteMask(drawing.mask())));
        }
    }
}
