package io.inference.ollama;

import io.inference.api.call.Usage;
import io.inference.api.stream.Chunk;
import io.inference.upstream.LineDecoder;
import java.io.IOException;
import java.util.function.Consumer;

/** Decodes a stream of JSON objects, one for each line, the last with {@code "done": true}. */
final class OllamaLineDecoder implements LineDecoder {
    private final OllamaErrors errors;
    private final boolean countsPrompt;
    private final OllamaAnswerParser parser = new OllamaAnswerParser();

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
        if (from == to) {
            return false;
        }
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
