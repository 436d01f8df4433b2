package io.inference.backend.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkflowTest {
    private static String node(String inputs) {
        return "{\"1\": {\"class_type\": \"Sampler\", \"inputs\": {" + inputs + "}}}";
    }

    @Test
    void placesAreFilledWithValuesOfTheirTypes() {
        Workflow workflow = new Workflow(node("""
                "text": "{{prompt}}", "seed": "{{ seed }}", "steps": "{{steps:30}}", "cfg": "{{cfg:1.5}}",
                "model": "{{model}}", "style": "ink, {{prompt}}; not {{negative_prompt:blurry}}", "name": "as it is",
                "nested": [{"width": "{{width}}"}, 3, true, null]
                """));

        JsonNode inputs = workflow.filled(Map.of("prompt", "a {{seed}}", "seed", 7L, "model", "m"))
                .path("1")
                .path("inputs");

        assertThat(inputs.toString())
                .isEqualTo("{\"text\":\"a {{seed}}\",\"seed\":7,\"steps\":30,\"cfg\":1.5,\"model\":\"m\","
                        + "\"style\":\"ink, a {{seed}}; not blurry\",\"name\":\"as it is\","
                        + "\"nested\":[{\"width\":512},3,true,null]}");
        assertThat(workflow.places().keySet())
                .containsExactly("prompt", "seed", "steps", "cfg", "model", "negative_prompt", "width");
        assertThat(workflow.modelInput()).contains(new Workflow.Input("Sampler", "model"));
    }

    @Test
    void aPlaceWithoutAnyValueIsReported() {
        Workflow workflow = new Workflow(node("\"text\": \"{{prompt}}\", \"ckpt_name\": \"{{model}}\""));

        Map<String, Object> values = new HashMap<>(Map.of("prompt", "a"));
        assertThatThrownBy(() -> workflow.filled(values)).hasMessage("model");
        assertThat(new Workflow(node("\"text\": \"{{prompt}}\", \"ckpt_name\": \"m.ckpt\"")).ownModel())
                .contains("m.ckpt");
    }

    @Test
    void onlyInputsAreFilled() {
        Workflow workflow =
                new Workflow("{\"1\": {\"class_type\": \"{{prompt}}\", \"inputs\": {\"text\": \"{{prompt}}\"}}}");

        assertThat(workflow.filled(Map.of("prompt", "x")).at("/1/class_type").asText())
                .isEqualTo("{{prompt}}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":|is no JSON, in line 1",
                "[]|has no nodes",
                "{}|has no nodes",
                "{\"nodes\": [], \"links\": []}|is in the format of ComfyUI's editor: export it in the API format",
                "{\"1\": {\"inputs\": {}}}|has a node '1' without 'class_type' or without 'inputs'",
            })
    void whatIsNoWorkflowIsReported(String text, String fault) {
        assertThat(Workflow.faults(text, false)).contains(fault);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"a\": \"{{seed}}\"|has no place '{{prompt}}'",
                "\"a\": \"{{promt}}\"|has the unknown place '{{promt}}'; did you mean 'prompt'?",
                "\"a\": \"seed {{seed}}\"|has text around '{{seed}}', which must be the whole value",
                "\"a\": \"{{steps:many}}\"|has a value in '{{steps:many}}' that cannot be there",
                "\"a\": \"{{prompt:x}}\"|has a value in '{{prompt:x}}' that cannot be there",
                "\"a\": [\"9\", 0]|has a node '1' that is linked to '9', which is not there",
                "\"a\": \"{{image}}\"|has a place for a picture to edit: it belongs to 'editWorkflow'",
                "\"a\": \"{{image_3}}\"|has a place '{{image_3}}' but none before it",
            })
    void faultsOfPlacesAreReported(String inputs, String fault) {
        assertThat(Workflow.faults(node(inputs), false)).contains(fault);
    }

    @Test
    void anEditNeedsItsPicture() {
        assertThat(Workflow.faults(node("\"a\": \"{{prompt}}\""), true))
                .containsExactly("has no place '{{image}}' for the picture to edit");
        assertThat(Workflow.faults(node("\"a\": \"{{prompt}}\", \"b\": \"{{image}}\", \"c\": \"{{mask}}\""), true))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"generate", "edit", "edit-masked"})
    void theBuiltInWorkflowsAreSound(String name) throws IOException {
        try (InputStream file = Workflow.class.getResourceAsStream("/comfyui/" + name + ".workflow.json")) {
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);

            assertThat(Workflow.faults(text, name.startsWith("edit"))).isEmpty();
            assertThat(new Workflow(text).modelInput())
                    .contains(new Workflow.Input("CheckpointLoaderSimple", "ckpt_name"));
        }
    }
}
