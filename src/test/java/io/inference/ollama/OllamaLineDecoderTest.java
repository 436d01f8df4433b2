package io.inference.ollama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.message.FinishReason;
import io.inference.api.message.ToolCall;
import io.inference.api.stream.Chunk;
import io.inference.upstream.Failures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OllamaLineDecoderTest {
    private final OllamaLineDecoder decoder = new OllamaLineDecoder(new OllamaErrors(new Failures("ollama")), true);
    private final List<Chunk> chunks = new ArrayList<>();

    @Test
    void thinkingComesBesideTheText() throws IOException {
        line("{\"message\":{\"content\":\"\",\"thinking\":\"hm\"},\"done\":false}");

        assertThat(chunks).first().returns("hm", Chunk::thinking).returns("", Chunk::text);
    }

    @Test
    void toolCallsAreNumberedThroughTheStreamAndDecideTheReason() throws IOException {
        line("""
                {"message":{"tool_calls":[{"id":"call_1","function":{"name":"f","arguments":{"x":1.50}}}]},\
                "done":false}""");
        line("{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"g\"}}]},\"done\":false}");
        boolean done = line("{\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\"}");

        assertThat(done).isTrue();
        assertThat(chunks.get(0).toolCalls()).containsExactly(new ToolCall(0, "call_1", "f", "{\"x\":1.50}"));
        ToolCall second = chunks.get(1).toolCalls().getFirst();
        assertThat(second).returns(1, ToolCall::index).returns("{}", ToolCall::argumentsJson);
        assertThat(second.id()).startsWith("call_").hasSizeGreaterThan(10);
        assertThat(chunks.getLast().finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
    }

    @Test
    void emptyObjectsAndEmptyLinesMakeNoChunk() throws IOException {
        line("{\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":false}");
        line("");

        assertThat(chunks).isEmpty();
    }

    @Test
    void anErrorInMidStreamIsTheBackendsAndItsWordsStayInTheCause() {
        assertThatThrownBy(() -> line("{\"error\":\"llama runner at /root/x died\"}"))
                .asInstanceOf(type(InferenceException.class))
                .returns(ErrorCode.BACKEND_FAILED, InferenceException::code)
                .returns("the ollama backend failed while it answered", InferenceException::getMessage)
                .returns("llama runner at /root/x died", e -> e.getCause().getMessage());
    }

    @Test
    void anErrorThatTellsOfTheContextIsTheCallers() {
        assertThatThrownBy(() -> line("{\"error\":\"the input length exceeds the context length\"}"))
                .asInstanceOf(type(InferenceException.class))
                .returns(ErrorCode.CONTEXT_LENGTH_EXCEEDED, InferenceException::code);
    }

    @Test
    void whatIsNotAnObjectIsMalformed() {
        assertThatThrownBy(() -> line("[1]")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> line("{\"message\":")).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> line("{\"done\":7}")).isInstanceOf(IOException.class);
    }

    private boolean line(String text) throws IOException {
        byte[] bytes = ("??" + text + "??").getBytes(StandardCharsets.UTF_8);
        return decoder.line(bytes, 2, bytes.length - 2, chunks::add);
    }
}
