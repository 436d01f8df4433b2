package io.inference.http.openai.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.api.answer.ImageAnswer;
import io.inference.api.call.Call;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageData;
import io.inference.api.image.ImageOptions;
import io.inference.api.image.ImageSize;
import io.inference.api.stream.ChunkPipe;
import io.inference.api.stream.ImageEvent;
import io.inference.http.answer.HttpAnswer;
import io.inference.http.answer.StreamWriter;
import io.inference.stub.Pictures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ImageAnswerWriterTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ImageData RED = ImageData.of(Pictures.png(7, 5, 0xffff0000));
    private static final ImageData BLUE = ImageData.of(Pictures.jpeg(7, 5, 0xff0000ff));
    private static final ImageEvent.Completed STORED =
            new ImageEvent.Completed(0, RED, "better").stored(RED, "img_1", "https://x/img_1?t=1");

    private final Call call = new Call("1", "rest", Duration.ofMinutes(1));
    private final List<String> progress = new ArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    ImageAnswerWriterTest() {
        call.onProgress((done, total, queued) -> progress.add(done + "/" + total + "/" + queued));
    }

    private ImageAnswer answer(ImageEvent... events) {
        ChunkPipe pipe = new ChunkPipe(events.length + 1, () -> closed.set(true));
        for (ImageEvent event : events) {
            pipe.put(event);
        }
        pipe.end();
        return new ImageAnswer("m", pipe);
    }

    private static ImageAnswerWriter writer(boolean edit, boolean stream, boolean links, int count) {
        var size = new ImageSize(7, 5);
        return new ImageAnswerWriter(
                edit, stream, links, new ImageOptions(count, size, "high", "opaque", null, null, null, null, 0));
    }

    private JsonNode whole(ImageAnswerWriter writer, ImageEvent... events) throws IOException {
        return JSON.readTree(((HttpAnswer.Whole) writer.write(answer(events), call)).body());
    }

    private String streamed(ImageAnswerWriter writer, ImageEvent... events) throws IOException {
        HttpAnswer.Streamed answer = (HttpAnswer.Streamed) writer.write(answer(events), call);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        StreamWriter stream = new StreamWriter(answer.framing(), answer.encoder(), out);
        for (ImageEvent event : events) {
            stream.image(event);
        }
        stream.keepAlive();
        stream.end();
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aWholeAnswerWaitsForAllPicturesAndReportsTheProgress() throws IOException {
        JsonNode answer = whole(
                writer(false, false, false, 2),
                new ImageEvent.Progress(0, 0, 3),
                new ImageEvent.Progress(1, 20, 0),
                new ImageEvent.Partial(0, 0, BLUE),
                STORED,
                new ImageEvent.Completed(1, BLUE, null));
        assertThat(answer.path("created").asLong()).isPositive();
        assertThat(answer.path("data")).hasSize(2);
        JsonNode first = answer.at("/data/0");
        assertThat(first.path("b64_json").asText()).isEqualTo(Pictures.base64(RED.bytes()));
        assertThat(first.path("revised_prompt").asText()).isEqualTo("better");
        assertThat(first.path("id").asText()).isEqualTo("img_1");
        assertThat(first.has("url")).isFalse();
        assertThat(answer.at("/data/1").fieldNames()).toIterable().containsExactly("b64_json");
        assertThat(answer.path("background").asText()).isEqualTo("opaque");
        assertThat(answer.path("output_format").asText()).isEqualTo("png");
        assertThat(answer.path("quality").asText()).isEqualTo("high");
        assertThat(answer.path("size").asText()).isEqualTo("7x5");
        assertThat(answer.has("usage")).isFalse();
        assertThat(progress).containsExactly("0/0/3", "1/20/0");
        assertThat(closed).isTrue();
    }

    @Test
    void formatAndSizeAreThoseOfThePictureWhateverItsFormat() throws IOException {
        try (var webp = getClass().getResourceAsStream("/images/lossy.webp")) {
            var pictures = Map.of(
                    "png 4x3", Pictures.png(4, 3, 0xffff0000),
                    "jpeg 8x2", Pictures.jpeg(8, 2, 0xffff0000),
                    "webp 24x16", webp.readAllBytes());
            for (var picture : pictures.entrySet()) {
                JsonNode answer = whole(
                        writer(false, false, false, 1),
                        new ImageEvent.Completed(0, ImageData.of(picture.getValue()), null));
                assertThat(answer.path("output_format").asText() + " "
                                + answer.path("size").asText())
                        .isEqualTo(picture.getKey());
            }
        }
    }

    @Test
    void aLinkTakesThePlaceOfThePictureOrIsRefused() throws IOException {
        ImageAnswerWriter links = writer(false, false, true, 1);
        JsonNode entry = whole(links, STORED).at("/data/0");
        assertThat(entry.path("url").asText()).isEqualTo("https://x/img_1?t=1");
        assertThat(entry.has("b64_json")).isFalse();

        ImageEvent.Completed without = new ImageEvent.Completed(0, RED, null);
        InferenceException whole = catchThrowableOfType(InferenceException.class, () -> whole(links, without));
        assertThat(whole.code()).isEqualTo(ErrorCode.UNSUPPORTED);
        assertThat(whole.param()).contains("response_format");
        InferenceException event =
                catchThrowableOfType(InferenceException.class, () -> streamed(writer(false, true, true, 1), without));
        assertThat(event.param()).contains("response_format");
    }

    @Test
    void eventsHaveNamesAndProgressIsAComment() throws IOException {
        call.setUsage(new Usage(3, 4, 0));
        String text = streamed(
                writer(true, true, false, 2),
                new ImageEvent.Progress(0, 0, 2),
                new ImageEvent.Progress(3, 20, 0),
                new ImageEvent.Partial(1, 0, BLUE),
                STORED);
        String[] events = text.split("\n\n");
        assertThat(events[0]).isEqualTo(": queued 2");
        assertThat(events[1]).isEqualTo(": progress 3/20");
        assertThat(events[2]).startsWith("event: image_edit.partial_image\ndata: {");
        JsonNode preview = data(events[2]);
        assertThat(preview.path("type").asText()).isEqualTo("image_edit.partial_image");
        assertThat(preview.path("partial_image_index").asInt()).isZero();
        assertThat(preview.path("image_index").asInt()).isEqualTo(1);
        assertThat(preview.path("output_format").asText()).isEqualTo("jpeg");
        JsonNode picture = data(events[3]);
        assertThat(events[3]).startsWith("event: image_edit.completed\ndata: {");
        assertThat(picture.path("b64_json").asText()).isEqualTo(Pictures.base64(RED.bytes()));
        assertThat(picture.path("size").asText()).isEqualTo("7x5");
        assertThat(picture.path("quality").asText()).isEqualTo("high");
        assertThat(picture.path("id").asText()).isEqualTo("img_1");
        assertThat(picture.at("/usage/total_tokens").asInt()).isEqualTo(7);
        assertThat(picture.at("/usage/input_tokens_details/text_tokens").asInt())
                .isEqualTo(3);
        assertThat(events[4]).isEqualTo(": keep-alive");
        assertThat(events).hasSize(5);
        assertThat(progress).containsExactly("0/0/2", "3/20/0");
    }

    private static JsonNode data(String event) throws IOException {
        return JSON.readTree(event.substring(event.indexOf("data: ") + "data: ".length()));
    }

    @Test
    void anAnswerWithoutAPictureIsAFailure() {
        for (boolean stream : new boolean[] {false, true}) {
            ImageAnswerWriter writer = writer(false, stream, false, 1);
            var preview = new ImageEvent.Partial(0, 0, BLUE);
            InferenceException failure = catchThrowableOfType(InferenceException.class, () -> {
                if (stream) {
                    streamed(writer, preview);
                } else {
                    whole(writer, preview);
                }
            });
            assertThat(failure.code()).isEqualTo(ErrorCode.BACKEND_FAILED);
        }
    }
}
