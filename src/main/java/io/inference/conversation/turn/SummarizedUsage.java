package io.inference.conversation.turn;

import io.inference.api.call.Usage;
import io.inference.api.message.Extras;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.StreamEvent;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** A stream whose usage says how many messages of the conversation the prompt had as summaries. */
final class SummarizedUsage implements ChunkStream {
    private final ChunkStream stream;
    private final int summarized;

    SummarizedUsage(ChunkStream stream, int summarized) {
        this.stream = stream;
        this.summarized = summarized;
    }

    /** The usage with {@code summarized_messages} among the details of the prompt. */
    static Usage of(Usage usage, int summarized) {
        Extras extras = usage.extras().of(Extras.Format.OPENAI);
        String others = extras.json(Usage.PROMPT_DETAILS);
        String ours = "{\"summarized_messages\":" + summarized;
        Map<String, String> fields = new LinkedHashMap<>(extras.fields());
        fields.put(
                Usage.PROMPT_DETAILS,
                others == null || others.equals("{}") ? ours + "}" : ours + "," + others.substring(1));
        return new Usage(
                usage.promptTokens(),
                usage.completionTokens(),
                usage.cachedTokens(),
                usage.reasoningTokens(),
                Extras.openAi(fields));
    }

    @Override
    public StreamEvent next(Duration timeout) {
        StreamEvent event = stream.next(timeout);
        if (event instanceof Chunk chunk && chunk.usage() != null) {
            return new Chunk(
                    chunk.index(),
                    chunk.text(),
                    chunk.thinking(),
                    chunk.toolCalls(),
                    chunk.logprobs(),
                    chunk.finishReason(),
                    of(chunk.usage(), summarized));
        }
        return event;
    }

    @Override
    public void close() {
        stream.close();
    }
}
