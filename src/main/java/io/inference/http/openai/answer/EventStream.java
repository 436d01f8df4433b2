package io.inference.http.openai.answer;

import com.fasterxml.jackson.core.io.SerializedString;
import io.inference.api.call.Usage;
import io.inference.api.error.InferenceException;
import io.inference.http.answer.HttpErrors;
import io.inference.http.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Server-sent events as OpenAI uses them: one line of data an event, {@code [DONE]} last. */
final class EventStream {
    static final String CONTENT_TYPE = "text/event-stream";

    private static final byte[] KEEP_ALIVE = ": keep-alive\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DONE = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final SerializedString ERROR = new SerializedString("event: error\ndata: ");
    private static final SerializedString END_OF_EVENT = new SerializedString("\n\n");
    private static final SerializedString SUFFIX = new SerializedString("]}\n\n");
    private static final SerializedString SUFFIX_BEFORE_USAGE = new SerializedString("],\"usage\":null}\n\n");
    private static final SerializedString NO_CHOICES_BUT_USAGE = new SerializedString("],\"usage\":");
    private static final SerializedString END_OF_OBJECT = new SerializedString("}\n\n");

    private EventStream() {}

    static void keepAlive(OutputStream out) throws IOException {
        out.write(KEEP_ALIVE);
    }

    static void done(OutputStream out) throws IOException {
        out.write(DONE);
    }

    static void failure(InferenceException failure, OutputStream out) throws IOException {
        Json.write(out, json -> {
            json.writeRaw(ERROR);
            HttpErrors.writeOpenAi(json, failure);
            json.writeRaw(END_OF_EVENT);
        });
    }

    /**
     * All that comes before the choices of an event, made once for a stream.
     *
     * @param object what OpenAI calls an event of this kind
     */
    static SerializedString prefix(AnswerHead head, String object) {
        byte[] start = Json.bytes(json -> {
            json.writeStartObject();
            head.writeTo(json, object);
            json.writeEndObject();
        });
        String withoutEnd = new String(start, 0, start.length - 1, StandardCharsets.UTF_8);
        return new SerializedString("data: " + withoutEnd + ",\"choices\":[");
    }

    /** @param usageFollows whether an event with the usage is to come, which the others then announce by a null */
    static void event(OutputStream out, SerializedString prefix, boolean usageFollows, Json.Content choice)
            throws IOException {
        Json.write(out, json -> {
            json.writeRaw(prefix);
            choice.writeTo(json);
            json.writeRaw(usageFollows ? SUFFIX_BEFORE_USAGE : SUFFIX);
        });
    }

    static void usage(OutputStream out, SerializedString prefix, Usage usage) throws IOException {
        Json.write(out, json -> {
            json.writeRaw(prefix);
            json.writeRaw(NO_CHOICES_BUT_USAGE);
            Parts.usage(json, usage);
            json.writeRaw(END_OF_OBJECT);
        });
    }
}
