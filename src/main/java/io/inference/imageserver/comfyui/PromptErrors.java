package io.inference.imageserver.comfyui;

import com.fasterxml.jackson.databind.JsonNode;
import io.inference.api.error.InferenceException;
import io.inference.backend.workflow.Place;
import io.inference.backend.workflow.Workflow;
import io.inference.imageserver.ServerFailures;
import io.inference.imageserver.ServerTrees;
import io.inference.upstream.Failures;
import io.inference.upstream.Reply;
import java.io.IOException;
import java.util.Map;

/**
 * Refusals of workflows. A value that the caller gave is the caller's fault; anything else is a fault of the workflow,
 * or of the server.
 */
record PromptErrors(ServerFailures failures) {
    private static final Map<String, String> PARAMS = Map.of(
            Place.SAMPLER, "sampler",
            Place.SCHEDULER, "scheduler",
            Place.STEPS, "steps",
            Place.CFG, "cfg_scale",
            Place.STRENGTH, "strength",
            Place.SEED, "seed",
            Place.WIDTH, "size",
            Place.HEIGHT, "size",
            Place.COUNT, "n",
            Place.MASK, "mask");

    InferenceException of(Reply reply, Workflow workflow, Failures plain) {
        if (reply.status() != 400) {
            return plain.status(reply, null);
        }
        JsonNode answer;
        try {
            answer = ServerTrees.read(reply.body());
        } catch (IOException e) {
            return plain.malformed(e);
        }
        for (Map.Entry<String, JsonNode> node : answer.path("node_errors").properties()) {
            for (JsonNode error : node.getValue().path("errors")) {
                String input = error.path("extra_info").path("input_name").asText();
                String place =
                        workflow.place(node.getKey(), input).map(Place::name).orElse("");
                if (place.equals(Place.MODEL)) {
                    return InferenceException.modelNotFound(
                            error.path("extra_info").path("received_value").asText());
                }
                if (PARAMS.containsKey(place)) {
                    String param = PARAMS.get(place);
                    return InferenceException.invalid(
                            param,
                            "'" + param + "': "
                                    + failures.shown(error.path("message").asText("not a valid value")));
                }
            }
        }
        JsonNode error = answer.path("error");
        String said = error.isTextual() ? error.asText() : error.path("message").asText();
        return plain.failed("refused its workflow: " + failures.shown(said), new IOException(Failures.quotable(said)));
    }
}
