package io.inference.openai;

import io.inference.api.request.ChatRequest;
import io.inference.openai.answer.OpenAiErrors;
import io.inference.openai.answer.OpenAiStreamDecoder;
import io.inference.openai.request.OpenAiRequests;
import io.inference.upstream.Failures;
import java.io.IOException;
import java.util.List;

/** The codec by itself, for the benchmark. */
public final class OpenAiCodec {
    private static final OpenAiErrors ERRORS = new OpenAiErrors(new Failures("openai"), null);

    private OpenAiCodec() {}

    public static byte[] encode(ChatRequest request) {
        return OpenAiRequests.chat(request);
    }

    public static Object decode(byte[] body) throws IOException {
        return new OpenAiStreamDecoder(ERRORS).whole(body);
    }

    /** @return number of chunks in the lines */
    public static int decode(List<byte[]> lines) throws IOException {
        OpenAiStreamDecoder decoder = new OpenAiStreamDecoder(ERRORS);
        int[] chunks = {0};
        for (byte[] line : lines) {
            decoder.line(line, 0, line.length, chunk -> chunks[0]++);
        }
        return chunks[0];
    }
}
