package io.inference.http.openai.image;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.answer.ImageAnswer;
import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageOptions;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.ImageEvent;
import io.inference.api.stream.StreamEvent;
import io.inference.http.answer.Framing;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.StreamStart;
import io.inference.http.format.AnswerWriter;
import io.inference.wire.Json;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes pictures: whole once all are complete, or as events.
 *
 * @param stream whether the caller requested events
 * @param links whether complete pictures are sent as links
 * @param options those of the request
 */
record ImageAnswerWriter(boolean edit, boolean stream, boolean links, ImageOptions options)
        implements AnswerWriter<ImageAnswer> {
    private static final Duration LOOK_UP = Duration.ofSeconds(30);

    @Override
    public HttpAnswer write(ImageAnswer answer, Call call) {
        if (stream) {
            return new HttpAnswer.Streamed(Framing.NAMED_EVENTS, answer.chunks(), encoder(call));
        }
        List<ImageEvent.Completed> pictures = collect(answer.chunks(), call);
        if (pictures.isEmpty()) {
            throw new InferenceException(ErrorCode.BACKEND_FAILED, "the backend made no picture");
        }
        pictures.forEach(this::checkLink);
        return HttpAnswer.json(Json.bytes(out -> whole(out, pictures, call.usage())));
    }

    @Override
    public @Nullable StreamStart start(String model, Call call) {
        return stream ? new StreamStart(Framing.NAMED_EVENTS, () -> encoder(call)) : null;
    }

    private ImageEventEncoder encoder(Call call) {
        return new ImageEventEncoder(this, call);
    }

    /** Reads the answer to its end, which a job may have to wait for. */
    private static List<ImageEvent.Completed> collect(ChunkStream events, Call call) {
        List<ImageEvent.Completed> pictures = new ArrayList<>();
        try (events) {
            while (true) {
                switch (events.next(LOOK_UP)) {
                    case ImageEvent.Completed picture -> pictures.add(picture);
                    case ImageEvent.Progress progress ->
                        call.reportProgress(progress.done(), progress.total(), progress.queued());
                    case ImageEvent.Partial ignored -> {}
                    case Chunk ignored -> throw new IllegalStateException("an answer of pictures has no texts");
                    case StreamEvent.Silence ignored -> call.throwIfCancelled();
                    case StreamEvent.End ignored -> {
                        return pictures;
                    }
                }
            }
        }
    }

    private void whole(JsonGenerator out, List<ImageEvent.Completed> pictures, Usage usage) throws IOException {
        out.writeStartObject();
        out.writeNumberField("created", System.currentTimeMillis() / 1000);
        text(out, "background", options.background());
        out.writeArrayFieldStart("data");
        for (ImageEvent.Completed picture : pictures) {
            out.writeStartObject();
            content(out, picture);
            out.writeEndObject();
        }
        out.writeEndArray();
        PictureFacts facts = PictureFacts.of(pictures.getFirst().data());
        text(out, "output_format", facts.format());
        text(out, "quality", options.quality());
        text(out, "size", facts.size());
        if (usage.promptTokens() > 0 || usage.completionTokens() > 0) {
            usage(out, usage);
        }
        out.writeEndObject();
    }

    /** @throws InferenceException {@code UNSUPPORTED} if a link was asked for and there is none */
    void checkLink(ImageEvent.Completed picture) {
        if (links && picture.url() == null) {
            throw InferenceException.unsupported(
                    "response_format", "this service has no links to pictures; 'response_format' must be b64_json");
        }
    }

    /** The fields of a complete picture: with its id, if it is stored. */
    void content(JsonGenerator out, ImageEvent.Completed picture) throws IOException {
        if (links) {
            text(out, "url", picture.url());
        } else {
            base64(out, picture.data().bytes());
        }
        text(out, "revised_prompt", picture.revisedPrompt());
        text(out, "id", picture.id());
    }

    static void base64(JsonGenerator out, byte[] bytes) throws IOException {
        out.writeFieldName("b64_json");
        out.writeBinary(bytes);
    }

    static void usage(JsonGenerator out, Usage usage) throws IOException {
        out.writeObjectFieldStart("usage");
        out.writeNumberField("input_tokens", usage.promptTokens());
        out.writeNumberField("output_tokens", usage.completionTokens());
        out.writeNumberField("total_tokens", usage.promptTokens() + usage.completionTokens());
        details(out, "input_tokens_details", usage);
        if (usage.extras().json("output_tokens_details") != null) {
            details(out, "output_tokens_details", usage);
        }
        out.writeEndObject();
    }

    /** As the backend reports them; OpenAI's clients expect these two numbers. */
    private static void details(JsonGenerator out, String name, Usage usage) throws IOException {
        String reported = usage.extras().json(name);
        out.writeFieldName(name);
        if (reported == null) {
            out.writeStartObject();
            out.writeNumberField("image_tokens", 0);
            out.writeNumberField("text_tokens", usage.promptTokens());
            out.writeEndObject();
        } else {
            out.writeRawValue(reported);
        }
    }

    static void text(JsonGenerator out, String name, @Nullable String text) throws IOException {
        if (text != null) {
            out.writeStringField(name, Json.wellFormed(text));
        }
    }
}
