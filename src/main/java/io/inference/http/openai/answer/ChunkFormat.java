package io.inference.http.openai.answer;

import com.fasterxml.jackson.core.io.SerializedString;
import io.inference.api.call.Usage;
import io.inference.api.message.Extras;
import io.inference.http.answer.ChunkEncoder;
import io.inference.wire.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** OpenAI's JSON object for a piece of a choice. The part that all objects of a stream share is written once. */
final class ChunkFormat {
    private static final SerializedString END = new SerializedString("]}");
    private static final SerializedString END_BEFORE_USAGE = new SerializedString("],\"usage\":null}");
    private static final SerializedString NO_CHOICES_BUT_USAGE = new SerializedString("],\"usage\":");

    private final AnswerHead head;
    private final String object;

    /** Everything before the choices. */
    private SerializedString start;

    private final boolean includeUsage;

    /**
     * @param object OpenAI's name of the object
     * @param includeUsage whether the last object has the usage; if so, it is null in the others
     */
    ChunkFormat(AnswerHead head, String object, boolean includeUsage) {
        this.head = head;
        this.object = object;
        this.start = start(Extras.NONE);
        this.includeUsage = includeUsage;
    }

    private SerializedString start(Extras extras) {
        byte[] whole = Json.bytes(json -> {
            json.writeStartObject();
            head.writeTo(json, object);
            Parts.extras(json, extras);
            json.writeEndObject();
        });
        String withoutEnd = new String(whole, 0, whole.length - 1, StandardCharsets.UTF_8);
        return new SerializedString(withoutEnd + ",\"choices\":[");
    }

    /** Sets the other fields of the whole answer, which every object repeats from now on; none changes nothing. */
    void extras(Extras extras) {
        if (!extras.isEmpty()) {
            start = start(extras);
        }
    }

    void choice(Json.Content choice, ChunkEncoder.Sink out) throws IOException {
        out.object(json -> {
            json.writeRaw(start);
            choice.writeTo(json);
            json.writeRaw(includeUsage ? END_BEFORE_USAGE : END);
        });
    }

    /** Writes the last object, if the usage is requested. */
    void usage(Usage usage, ChunkEncoder.Sink out) throws IOException {
        if (includeUsage) {
            out.object(json -> {
                json.writeRaw(start);
                json.writeRaw(NO_CHOICES_BUT_USAGE);
                Parts.usage(json, usage);
                json.writeRaw('}');
            });
        }
    }
}
