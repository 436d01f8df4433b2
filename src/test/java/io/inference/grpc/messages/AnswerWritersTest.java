package io.inference.grpc.messages;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.api.backend.ModelInfo;
import io.inference.grpc.GrpcAnswer;
import io.inference.grpc.v1.ListModelsResponse;
import io.inference.grpc.v1.Model;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerWritersTest {
    @Test
    void aModelOfTwoBackendsIsListedOnce() {
        ModelInfo gone = ModelInfo.named("qwen3:8b", "one").in(ModelInfo.State.UNAVAILABLE);
        ModelInfo here = ModelInfo.named("qwen3:8b", "two").withContext(40_960).with(List.of("completion", "tools"));

        GrpcAnswer answer = AnswerWriters.models(List.of(gone, here, ModelInfo.named("other", "one")), null);

        ListModelsResponse response = (ListModelsResponse) ((GrpcAnswer.Whole) answer).message();
        assertThat(response.getModelsList()).extracting(Model::getId).containsExactly("qwen3:8b", "other");
        Model model = response.getModels(0);
        assertThat(model.getBackend()).isEqualTo("two");
        assertThat(model.getBackendsList()).containsExactly("two", "one");
        assertThat(model.getReady()).isTrue();
        assertThat(model.getContextLength()).isEqualTo(40_960);
        assertThat(model.getCapabilitiesList()).containsExactly("completion", "tools");
        assertThat(response.getModels(1).hasContextLength()).isFalse();
    }
}
