package io.inference.imageserver.comfyui;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.inference.api.backend.ModelInfo;
import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageData;
import io.inference.api.image.ImageOptions;
import io.inference.api.image.ImageSize;
import io.inference.api.request.ImageRequest;
import io.inference.api.request.Unsupported;
import io.inference.backend.workflow.Place;
import io.inference.backend.workflow.Workflow;
import io.inference.backend.workflow.Workflows;
import io.inference.imageserver.Drawing;
import io.inference.imageserver.ImageServerBackend;
import io.inference.imageserver.ServerJob;
import io.inference.upstream.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes pictures with a ComfyUI server by workflows: those that operators wrote, or else the built-in ones. What a
 * request can set is what its workflow has places for.
 */
public final class ComfyUiBackend extends ImageServerBackend {
    private static final Set<String> LACKS =
            Set.of("quality", "background", "output_format", "output_compression", "moderation", "input_fidelity");

    /** Fields of requests by the places that they fill. */
    private static final Map<String, String> FIELDS = Map.of(
            "negative_prompt", Place.NEGATIVE_PROMPT,
            "seed", Place.SEED,
            "steps", Place.STEPS,
            "cfg_scale", Place.CFG,
            "sampler", Place.SAMPLER,
            "scheduler", Place.SCHEDULER,
            "strength", Place.STRENGTH);

    private static final int MOST_AT_ONCE = 16;
    private static final int SIDE_STEP = 8;

    private final ComfyUiServer server;
    private final boolean builtIn;
    private final Workflows workflows;

    /** @param workflows of the operator; null for the built-in ones */
    public ComfyUiBackend(Connection connection, @Nullable Workflows workflows) {
        super(connection);
        this.server = new ComfyUiServer(connection, client, failures);
        this.builtIn = workflows == null;
        this.workflows = workflows == null ? BuiltInWorkflows.WHOLE : workflows;
    }

    /** The workflow for a request; null if the operator named none for it. */
    private @Nullable Workflow workflow(boolean edits, boolean masked) {
        if (builtIn && masked) {
            return BuiltInWorkflows.MASKED;
        }
        return edits ? workflows.edit() : workflows.generate();
    }

    @Override
    protected Set<String> lacks(ImageRequest request) {
        Workflow workflow = workflow(request.isEdit(), request.mask() != null);
        if (workflow == null) {
            throw InferenceException.unsupported(
                    "model",
                    "the " + name() + " backend has no workflow to " + (request.isEdit() ? "edit" : "make")
                            + " pictures");
        }
        Map<String, Place> places = workflow.places();
        Set<String> lacks = new HashSet<>(LACKS);
        FIELDS.forEach((field, place) -> addUnless(places.containsKey(place), field, lacks));
        addUnless(places.containsKey(Place.WIDTH) && places.containsKey(Place.HEIGHT), "size", lacks);
        addUnless(places.containsKey(Place.MASK), Unsupported.MASK, lacks);
        checkCount(request.images().size(), places);
        return lacks;
    }

    private static void addUnless(boolean has, String field, Set<String> lacks) {
        if (!has) {
            lacks.add(field);
        }
    }

    private void checkCount(int images, Map<String, Place> places) {
        int takes = 0;
        while (places.containsKey(Place.image(takes + 1))) {
            takes++;
        }
        if (images != takes) {
            throw InferenceException.unsupported(
                    "image", "the " + name() + " backend edits " + takes + " pictures at a time, not " + images);
        }
    }

    @Override
    protected int mostAtOnce(ImageRequest request) {
        Workflow workflow = Objects.requireNonNull(workflow(request.isEdit(), request.mask() != null));
        return workflow.places().containsKey(Place.COUNT) ? MOST_AT_ONCE : 1;
    }

    /** A workflow that chooses its model by the request needs one. */
    @Override
    protected String model(ImageRequest request) {
        if (!request.model().isEmpty()) {
            return request.model();
        }
        Workflow workflow = Objects.requireNonNull(workflow(request.isEdit(), request.mask() != null));
        return workflow.modelInput()
                .map(input -> server.choices(input).stream()
                        .findFirst()
                        .orElseThrow(() -> InferenceException.modelNotFound("")))
                .or(workflow::ownModel)
                .orElse("");
    }

    @Override
    public List<ModelInfo> models() {
        Set<Workflow> all = new HashSet<>();
        Stream.of(workflows.generate(), workflows.edit())
                .filter(Objects::nonNull)
                .map(Workflow.class::cast)
                .forEach(all::add);
        List<String> names = new ArrayList<>();
        for (Workflow workflow : all) {
            if (workflow.modelInput().isPresent()) {
                names.addAll(server.choices(workflow.modelInput().get()));
            } else {
                server.checkAlive();
                names.add(workflow.ownModel().orElse(name()));
            }
        }
        return names.stream().distinct().map(id -> ModelInfo.named(id, name())).toList();
    }

    @Override
    protected ServerJob submit(Drawing drawing, ImageOptions options, int count, Call call) {
        boolean edits = !drawing.images().isEmpty();
        Workflow workflow = Objects.requireNonNull(workflow(edits, drawing.mask() != null));
        Map<String, Object> values = values(drawing, count);
        for (int i = 0; i < drawing.images().size(); i++) {
            values.put(Place.image(i + 1), server.upload(drawing.images().get(i)));
        }
        if (drawing.mask() != null) {
            values.put(Place.MASK, server.upload(drawing.mask()));
        }
        ObjectNode filled;
        try {
            filled = workflow.filled(values);
        } catch (IllegalArgumentException e) {
            throw client.failures().failed("has a workflow without a value for '" + e.getMessage() + "'", e);
        }
        return server.submit(filled, workflow);
    }

    private static Map<String, Object> values(Drawing drawing, int count) {
        Map<String, Object> values = new HashMap<>();
        values.put(Place.PROMPT, drawing.prompt());
        values.put(Place.SEED, drawing.seed());
        values.put(Place.COUNT, count);
        put(values, Place.NEGATIVE_PROMPT, drawing.negativePrompt());
        put(values, Place.STEPS, drawing.steps());
        put(values, Place.CFG, drawing.cfg());
        put(values, Place.SAMPLER, drawing.sampler());
        put(values, Place.SCHEDULER, drawing.scheduler());
        put(values, Place.STRENGTH, drawing.strength());
        if (!drawing.model().isEmpty()) {
            values.put(Place.MODEL, drawing.model());
        }
        ImageSize size = drawing.size() == null ? sizeOf(drawing.images()) : drawing.size();
        if (size != null) {
            values.put(Place.WIDTH, size.width());
            values.put(Place.HEIGHT, size.height());
        }
        return values;
    }

    private static void put(Map<String, Object> values, String place, @Nullable Object value) {
        if (value != null) {
            values.put(place, value);
        }
    }

    /** An edit is as large as its first picture, which is cut at multiples of what models can do. */
    private static @Nullable ImageSize sizeOf(List<ImageData> images) {
        Predicate<ImageSize> drawable = size -> size.width() >= SIDE_STEP && size.height() >= SIDE_STEP;
        return images.stream()
                .findFirst()
                .flatMap(ImageSize::of)
                .filter(drawable)
                .map(size -> new ImageSize(size.width() / SIDE_STEP * SIDE_STEP, size.height() / SIDE_STEP * SIDE_STEP))
                .orElse(null);
    }

    @Override
    public void close() {
        server.close();
        super.close();
    }
}
