package io.inference.ollama;

import io.inference.api.request.ChatRequest;
import io.inference.upstream.Failures;
import java.io.IOException;
import java.util.List;

/** The codec by itself, for the benchmark. */
public final class OllamaCodec {
    private static final OllamaErrors ERRORS = new OllamaErrors(new Failures("ollama"));

    private OllamaCodec() {}

    public static byte[] encode(ChatRequest request) {
        return OllamaRequests.chat(request, 0, request.stream());
    }

    public static Object decode(byte[] body) throws IOException {
        return new OllamaAnswerParser().parse(body, 0, body.length);
    }

    /** @return number of chunks in the lines */
    public static int decode(List<byte[]> lines) throws IOException {
        OllamaLineDecoder decoder = new OllamaLineDecoder(ERRORS, true);
        int[] chunks = {0};
        for (byte[] line : lines) {
            decoder.line(line, 0, line.length, chunk -> chunks[0]++);
        }
        return chunks[0];
    }
}
