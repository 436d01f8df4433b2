package io.inference.api.stream;

import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import java.time.Duration;

/**
 * Records the first token and the usage of a stream in its call. The backend reports usage only at the end; until then
 * it is counted, so that a stream that is broken off has used what was sent.
 */
final class TrackedStream implements ChunkStream {
    private final ChunkStream stream;
    private final int promptTokens;
    private final Call call;
    private int counted;
    private boolean reported;

    TrackedStream(ChunkStream stream, int promptTokens, Call call) {
        this.stream = stream;
        this.promptTokens = promptTokens;
        this.call = call;
    }

    @Override
    public StreamEvent next(Duration timeout) {
        StreamEvent event = stream.next(timeout);
        if (event instanceof Chunk chunk) {
            call.markFirstToken();
            note(chunk);
        }
        return event;
    }

    private void note(Chunk chunk) {
        Usage usage = chunk.usage();
        if (usage != null) {
            reported = true;
            call.setUsage(usage);
        } else if (!reported) {
            counted += tokens(chunk);
            call.setUsage(new Usage(promptTokens, counted, 0));
        }
    }

    /** As many as the chunk lists; otherwise one, since backends send a chunk for each token. */
    private static int tokens(Chunk chunk) {
        if (!chunk.logprobs().isEmpty()) {
            return chunk.logprobs().size();
        }
        boolean hasContent = !chunk.text().isEmpty()
                || chunk.thinking() != null
                || !chunk.toolCalls().isEmpty();
        return hasContent ? 1 : 0;
    }

    @Override
    public void close() {
        stream.close();
    }
}
