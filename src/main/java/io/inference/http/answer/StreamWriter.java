package io.inference.http.answer;

import com.fasterxml.jackson.core.io.SerializedString;
import io.inference.api.error.InferenceException;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ImageEvent;
import io.inference.wire.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes one streamed answer: the objects of its encoder in its framing. The door flushes after each call. */
public final class StreamWriter {
    private final Framing framing;
    private final ChunkEncoder encoder;
    private final OutputStream out;
    private final ChunkEncoder.Sink sink;

    public StreamWriter(Framing framing, ChunkEncoder encoder, OutputStream out) {
        this.framing = framing;
        this.encoder = encoder;
        this.out = out;
        this.sink = new Framed();
    }

    public void chunk(Chunk chunk) throws IOException {
        encoder.chunk(chunk, sink);
    }

    public void image(ImageEvent event) throws IOException {
        encoder.image(event, sink);
    }

    /** Writes a keep-alive, to show that the answer is still being generated. */
    public void keepAlive() throws IOException {
        encoder.keepAlive(sink);
        out.write(framing.keepAlive.asUnquotedUTF8());
    }

    /** Writes a line that clients ignore; nothing if the format has no such lines. */
    public void comment(String text) throws IOException {
        if (!framing.beforeComment.getValue().isEmpty()) {
            out.write(framing.beforeComment.asUnquotedUTF8());
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.write(framing.after.asUnquotedUTF8());
        }
    }

    private final class Framed implements ChunkEncoder.Sink {
        @Override
        public void object(Json.Content object) throws IOException {
            write(framing.before, object);
        }

        @Override
        public void event(String name, Json.Content object) throws IOException {
            if (!framing.beforeName.getValue().isEmpty()) {
                out.write(framing.beforeName.asUnquotedUTF8());
                out.write((name + "\n").getBytes(StandardCharsets.UTF_8));
            }
            object(object);
        }

        @Override
        public void comment(String text) throws IOException {
            StreamWriter.this.comment(text);
        }
    }

    /** Ends a complete answer. */
    public void end() throws IOException {
        encoder.end(sink);
        out.write(framing.end.asUnquotedUTF8());
    }

    /** Ends an answer that failed; nothing follows. */
    public void failure(InferenceException failure) throws IOException {
        write(framing.beforeFailure, encoder.failure(failure));
    }

    private void write(SerializedString before, Json.Content object) throws IOException {
        Json.write(out, json -> {
            json.writeRaw(before);
            object.writeTo(json);
            json.writeRaw(framing.after);
        });
    }
}
