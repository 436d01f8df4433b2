package io.inference.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.inference.grpc.v1.InferenceProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The published fields of {@code inference.proto}: another name or number would break clients that were built with it.
 */
class FixedFieldsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ChatRequest | model=1 messages=2 options=3 conversation_id=4 tools=5 response_format=6",
                "Message | role=1 content=2 images=3 tool_calls=4 tool_call_id=5 name=6",
                "Options | temperature=1 top_p=2 top_k=3 min_p=4 repeat_penalty=5 seed=6 max_tokens=7 stop=8"
                        + " context_length=9 presence_penalty=10 frequency_penalty=11",
                "ChatResponse | message=1 finish_reason=2 usage=3 conversation_id=4 model=5 id=6",
                "ChatChunk | delta=1 finish_reason=2 usage=3 conversation_id=4 model=5 id=6",
                "Usage | prompt_tokens=1 completion_tokens=2 cached_tokens=3",
                "GenerateRequest | model=1 prompt=2 options=3",
                "GenerateResponse | text=1 finish_reason=2 usage=3 model=4 id=5",
                "GenerateChunk | text=1 finish_reason=2 usage=3 model=4 id=5",
                "EmbedRequest | model=1 input=2",
                "EmbedResponse | embeddings=1 usage=2 model=3",
                "Embedding | values=1",
                "SummarizeRequest | model=1 text=2 conversation_id=3 max_words=4",
                "SummarizeResponse | summary=1 usage=2 model=3",
                "ListModelsResponse | models=1",
                "Model | id=1 backend=2 ready=3 context_length=4",
            })
    void namesAndNumbersStayAsTheyArePromised(String message, String promised) {
        assertThat(message(message).getFields().stream()
                        .map(field -> field.getName() + "=" + field.getNumber())
                        .toList())
                .startsWith(promised.split(" "));
    }

    /** So that 0 and "the backend's default" differ. */
    @Test
    void everyOptionSaysWhetherItIsSet() {
        assertThat(message("Options").getFields().stream().filter(field -> !field.isRepeated()))
                .isNotEmpty()
                .allMatch(FieldDescriptor::hasPresence);
    }

    @Test
    void everyFieldMessageAndMethodIsDocumented() throws IOException {
        List<String> undocumented = new ArrayList<>();
        String before = "";
        for (String line : Files.readAllLines(Path.of("proto/inference/v1/inference.proto"))) {
            String text = line.strip();
            boolean declares = text.matches("(message|service|rpc) .*|[A-Za-z0-9 ]+ [a-z_]+ = \\d+;");
            if (declares && !before.startsWith("//")) {
                undocumented.add(text);
            }
            before = text;
        }
        assertThat(undocumented).isEmpty();
    }

    private static Descriptor message(String name) {
        Descriptor message = InferenceProto.getDescriptor().findMessageTypeByName(name);
        assertThat(message).as(name).isNotNull();
        return message;
    }
}
