package io.inference.openai.answer;

import io.inference.api.call.Usage;
import io.inference.api.stream.Chunk;
import io.inference.upstream.LineDecoder;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a stream of events, one JSON object each, the last {@code [DONE]}. The usage, wherever it came, is sent in
 * the last chunk.
 */
public final class OpenAiStreamDecoder implements LineDecoder {
    private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};

    private final OpenAiErrors errors;
    private final SseFramer framer = new SseFramer();
    private @Nullable String model;
    private @Nullable Usage usage;

    public OpenAiStreamDecoder(OpenAiErrors errors) {
        this.errors = errors;
    }

    /** The model that answers, once the stream has named it; otherwise the given one. */
    public String model(String asked) {
        return model == null ? asked : model;
    }

    @Override
    public boolean line(byte[] bytes, int from, int to, Consumer<Chunk> out) throws IOException {
        return framer.line(bytes, from, to, (data, length, error) -> event(data, length, error, out));
    }

    @Override
    public boolean eof(Consumer<Chunk> out) throws IOException {
        return framer.flush((data, length, error) -> event(data, length, error, out));
    }

    private boolean event(byte[] data, int length, boolean isError, Consumer<Chunk> out) throws IOException {
        if (isDone(data, length)) {
            if (usage != null) {
                out.accept(new Chunk(0, "", null, List.of(), List.of(), null, usage));
            }
            return true;
        }
        if (isError) {
            throw errors.midStream(errorOf(data, length));
        }
        OpenAiFrame frame = OpenAiFrameParser.parse(data, 0, length, model == null);
        if (frame.error() != null) {
            throw errors.midStream(frame.error());
        }
        model = model == null ? frame.model() : model;
        usage = frame.usage() == null ? usage : frame.usage();
        for (Chunk chunk : frame.choices()) {
            if (hasContent(chunk)) {
                out.accept(chunk);
            }
        }
        return false;
    }

    private static boolean isDone(byte[] data, int length) {
        return length == DONE.length && Arrays.equals(data, 0, length, DONE, 0, length);
    }

    private static OpenAiError errorOf(byte[] data, int length) {
        OpenAiError error = OpenAiError.parse(Arrays.copyOf(data, length));
        return error == null ? OpenAiError.ofText(data, 0, length) : error;
    }

    /** A chunk that contains only the role is not a token yet. */
    private static boolean hasContent(Chunk chunk) {
        return !chunk.text().isEmpty()
                || chunk.finishReason() != null
                || chunk.thinking() != null
                || !chunk.toolCalls().isEmpty()
                || !chunk.logprobs().isEmpty();
    }
}
