package io.inference.http.openai.image;

import com.fasterxml.jackson.core.JsonGenerator;
import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageData;
import io.inference.api.image.ImageOptions;
import io.inference.api.stream.Chunk;
import io.inference.api.stream.ImageEvent;
import io.inference.http.answer.ChunkEncoder;
import io.inference.http.answer.HttpErrors;
import io.inference.wire.Json;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Pictures as OpenAI's events: previews, then each picture once it is complete. Progress goes into comments. */
final class ImageEventEncoder implements ChunkEncoder {
    private static final String AUTO = "auto";

    private final ImageAnswerWriter writer;
    private final Call call;
    private final String prefix;
    private final long createdSeconds = System.currentTimeMillis() / 1000;
    private boolean complete;

    ImageEventEncoder(ImageAnswerWriter writer, Call call) {
        this.writer = writer;
        this.call = call;
        this.prefix = writer.edit() ? "image_edit." : "image_generation.";
    }

    @Override
    public void chunk(Chunk chunk, Sink out) {
        throw new IllegalStateException("an answer of pictures has no texts");
    }

    @Override
    public void image(ImageEvent event, Sink out) throws IOException {
        switch (event) {
            case ImageEvent.Progress progress -> {
                call.reportProgress(progress.done(), progress.total(), progress.queued());
                out.comment(
                        progress.queued() > 0
                                ? "queued " + progress.queued()
                                : "progress " + progress.done() + "/" + progress.total());
            }
            case ImageEvent.Partial partial -> partial(partial, out);
            case ImageEvent.Completed picture -> completed(picture, out);
        }
    }

    private void partial(ImageEvent.Partial partial, Sink out) throws IOException {
        String type = prefix + "partial_image";
        out.event(type, json -> {
            json.writeStartObject();
            json.writeStringField("type", type);
            ImageAnswerWriter.base64(json, partial.preview().bytes());
            json.writeNumberField("partial_image_index", partial.number());
            facts(json, partial.image(), partial.preview());
            json.writeEndObject();
        });
    }

    private void completed(ImageEvent.Completed picture, Sink out) throws IOException {
        String type = prefix + "completed";
        complete = true;
        // Before the name of the event is sent.
        writer.checkLink(picture);
        out.event(type, json -> {
            json.writeStartObject();
            json.writeStringField("type", type);
            writer.content(json, picture);
            facts(json, picture.image(), picture.data());
            ImageAnswerWriter.usage(json, call.usage());
            json.writeEndObject();
        });
    }

    /** OpenAI's clients expect all of these, so that what is not known is {@code auto}. */
    private void facts(JsonGenerator json, int image, ImageData picture) throws IOException {
        ImageOptions options = writer.options();
        PictureFacts facts = PictureFacts.of(picture);
        if (options.count() > 1) {
            json.writeNumberField("image_index", image);
        }
        json.writeNumberField("created_at", createdSeconds);
        json.writeStringField("size", facts.size() == null ? asked(options.size()) : facts.size());
        json.writeStringField("quality", asked(options.quality()));
        json.writeStringField("background", asked(options.background()));
        json.writeStringField("output_format", facts.format() == null ? "png" : facts.format());
    }

    private static String asked(@Nullable Object value) {
        return value == null ? AUTO : value.toString();
    }

    @Override
    public void end(Sink out) {
        if (!complete) {
            throw new InferenceException(ErrorCode.BACKEND_FAILED, "the backend made no picture");
        }
    }

    @Override
    public Json.Content failure(InferenceException failure) {
        return json -> HttpErrors.writeOpenAi(json, failure);
    }
}
