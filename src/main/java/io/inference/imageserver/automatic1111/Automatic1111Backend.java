package io.inference.imageserver.automatic1111;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageOptions;
import io.inference.api.image.ImageSize;
import io.inference.api.request.ImageRequest;
import io.inference.imageserver.Drawing;
import io.inference.imageserver.ImageServerBackend;
import io.inference.imageserver.Pictures;
import io.inference.imageserver.ServerJob;
import io.inference.imageserver.ServerTrees;
import io.inference.upstream.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes pictures with a server that has the API of AUTOMATIC1111's web UI. A request is one long exchange; its task has
 * an id of this service, by which the server says whether it waits or runs. Servers without such ids say nothing about
 * one request, so that nothing is interrupted there.
 */
public final class Automatic1111Backend extends ImageServerBackend {
    private static final Set<String> LACKS =
            Set.of("quality", "background", "output_format", "output_compression", "moderation", "input_fidelity");

    /** The most that its own page allows. */
    private static final int MOST_AT_ONCE = 8;

    private static final int SIDE_STEP = 8;
    private static final int SIDE_MIN = 64;
    /** A title of a model ends in a hash, which its name does not. */
    private static final Pattern HASH = Pattern.compile(" \\[[0-9a-fA-F]+]$");

    public Automatic1111Backend(Connection connection) {
        super(connection);
    }

    @Override
    protected Set<String> lacks(ImageRequest request) {
        if (request.images().size() > 1) {
            throw InferenceException.unsupported("image", "the " + name() + " backend edits one picture at a time");
        }
        return LACKS;
    }

    @Override
    protected int mostAtOnce(ImageRequest request) {
        return MOST_AT_ONCE;
    }

    @Override
    public List<ModelInfo> models() {
        JsonNode models = question("/sdapi/v1/sd-models");
        String loaded = withoutHash(
                question("/sdapi/v1/options").path("sd_model_checkpoint").asText());
        List<ModelInfo> listed = new ArrayList<>();
        for (JsonNode model : models) {
            String id = withoutHash(model.path("title").asText());
            if (!id.isEmpty()) {
                boolean ready = id.equals(loaded) || models.size() == 1;
                listed.add(new ModelInfo(id, name(), ready, null, null, null, null, null, null, null));
            }
        }
        return listed;
    }

    private JsonNode question(String path) {
        return client.read(
                client.get(at(path), SHORT), refused -> client.failures().status(refused, null), ServerTrees::read);
    }

    private static String withoutHash(String title) {
        return HASH.matcher(title).replaceFirst("");
    }

    @Override
    protected ServerJob submit(Drawing drawing, ImageOptions options, int count, Call call) {
        boolean edits = !drawing.images().isEmpty();
        Automatic1111Job job = new Automatic1111Job(client, failures, call);
        job.start(at(edits ? "/sdapi/v1/img2img" : "/sdapi/v1/txt2img"), body(drawing, count, job.task()));
        return job;
    }

    private static ObjectNode body(Drawing drawing, int count, String task) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("prompt", drawing.prompt());
        body.put("seed", drawing.seed());
        body.put("batch_size", count);
        body.put("n_iter", 1);
        body.put("force_task_id", task);
        body.put("send_images", true);
        body.put("save_images", false);
        if (drawing.negativePrompt() != null) {
            body.put("negative_prompt", drawing.negativePrompt());
        }
        if (drawing.steps() != null) {
            body.put("steps", drawing.steps());
        }
        if (drawing.cfg() != null) {
            body.put("cfg_scale", drawing.cfg());
        }
        if (drawing.sampler() != null) {
            body.put("sampler_name", drawing.sampler());
        }
        if (drawing.scheduler() != null) {
            body.put("scheduler", drawing.scheduler());
        }
        if (!drawing.model().isEmpty()) {
            body.putObject("override_settings").put("sd_model_checkpoint", drawing.model());
        }
        ImageSize size = drawing.size() == null ? sizeOfEdit(drawing) : drawing.size();
        if (size != null) {
            body.put("width", size.width());
            body.put("height", size.height());
        }
        addPictures(drawing, body);
        return body;
    }

    private static void addPictures(Drawing drawing, ObjectNode body) {
        if (drawing.images().isEmpty()) {
            return;
        }
        body.putArray("init_images").add(Pictures.base64(drawing.images().getFirst()));
        if (drawing.strength() != null) {
            body.put("denoising_strength", drawing.strength());
        }
        if (drawing.mask() != null) {
            body.put("mask", Pictures.base64(Pictures.whiteMask(drawing.mask())));
        }
    }

    /** An edit is as large as its picture: without this, the server would scale it to its usual size. */
    private static @Nullable ImageSize sizeOfEdit(Drawing drawing) {
        return drawing.images().stream()
                .findFirst()
                .flatMap(ImageSize::of)
                .filter(size -> size.width() >= SIDE_MIN && size.height() >= SIDE_MIN)
                .map(size -> new ImageSize(size.width() / SIDE_STEP * SIDE_STEP, size.height() / SIDE_STEP * SIDE_STEP))
                .orElse(null);
    }
}
