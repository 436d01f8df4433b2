package io.inference.ollama;

import io.inference.api.call.Usage;
import io.inference.api.stream.Chunk;
import io.inference.upstream.LineDecoder;
import io.inference.upstream.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decodes a stream of JSON objects, one for each line, the last with {@code "done": true}; or one object in any number
 * of lines.
 */
final class OllamaLineDecoder implements LineDecoder<Chunk> {
    private final OllamaErrors errors;
    private final boolean countsPrompt;
    private final OllamaAnswerParser parser = new OllamaAnswerParser();
    private boolean begun;
    /** The lines of an answer that is one object in several of them. */
    private @Nullable ByteArrayOutputStream object;

    /** @param countsPrompt whether the usage includes the prompt: of several answers to one prompt, only one does */
    OllamaLineDecoder(OllamaErrors errors, boolean countsPrompt) {
        this.errors = errors;
        this.countsPrompt = countsPrompt;
    }

    String model(String asked) {
        return parser.model(asked);
    }

    @Override
    public boolean line(byte[] bytes, int from, int to, Consumer<Chunk> out) throws IOException {
        int end = to;
        while (end > from && bytes[end - 1] <= ' ' && bytes[end - 1] >= 0) {
            end--;
        }
        if (from == end) {
            return false;
        }
        if (!begun) {
            begun = true;
            object = bytes[from] == '{' && bytes[end - 1] != '}' ? new ByteArrayOutputStream() : null;
        }
        if (object != null) {
            if (object.size() + end - from > Reply.MAX_BYTES) {
                throw new IOException("the answer is longer than " + Reply.MAX_BYTES + " bytes");
            }
            object.write(bytes, from, end - from);
            return false;
        }
        return object(bytes, from, end, out);
    }

    @Override
    public boolean eof(Consumer<Chunk> out) throws IOException {
        if (object == null) {
            return false;
        }
        byte[] whole = object.toByteArray();
        return object(whole, 0, whole.length, out);
    }

    private boolean object(byte[] bytes, int from, int to, Consumer<Chunk> out) throws IOException {
        Chunk chunk = parser.parse(bytes, from, to);
        String error = parser.error();
        if (error != null) {
            throw errors.midStream(error);
        }
        boolean done = chunk.finishReason() != null;
        if (done || hasContent(chunk)) {
            out.accept(countsPrompt ? chunk : withoutPrompt(chunk));
        }
        return done;
    }

    private static Chunk withoutPrompt(Chunk chunk) {
        Usage usage = chunk.usage();
        return usage == null
                ? chunk
                : new Chunk(
                        chunk.index(),
                        chunk.text(),
                        chunk.thinking(),
                        chunk.toolCalls(),
                        chunk.logprobs(),
                        chunk.finishReason(),
                        new Usage(0, usage.completionTokens(), 0));
    }

    private static boolean hasContent(Chunk chunk) {
        return !chunk.text().isEmpty()
                || chunk.thinking() != null
                || !chunk.toolCalls().isEmpty()
                || !chunk.logprobs().isEmpty();
    }
}
