package io.inference.http.openai.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageInput;
import io.inference.api.image.ImageOptions;
import io.inference.api.image.ImageSize;
import io.inference.api.request.ImageRequest;
import io.inference.http.form.StreamedBody;
import io.inference.stub.Pictures;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageRequestReaderTest {
    private static final String FORM = "multipart/form-data; boundary=XyZ";
    private static final byte[] RED = Pictures.png(2, 2, 0xffff0000);
    private static final byte[] BLUE = Pictures.jpeg(2, 2, 0xff0000ff);

    private static ImageRequest generation(String json) {
        return (ImageRequest)
                Objects.requireNonNull(ImageRequestReader.generation(json.getBytes(StandardCharsets.UTF_8))
                        .request());
    }

    @TempDir
    private Path folder;

    /** Files that have been made for parts of forms. */
    private int files;

    private StreamedBody body(byte[] body) {
        return new StreamedBody(new ByteArrayInputStream(body), body.length);
    }

    private ImageRequest edit(StreamedBody body, String contentType) {
        return (ImageRequest) Objects.requireNonNull(
                ImageRequestReader.edit(body, contentType, () -> folder.resolve("part" + files++))
                        .request());
    }

    private ImageRequest edit(byte[] body, String contentType) {
        return edit(body(body), contentType);
    }

    private ImageRequest edit(String json) {
        return edit(json.getBytes(StandardCharsets.UTF_8), "application/json");
    }

    /** Writes forms, as clients do. */
    private static final class FormBody {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        FormBody text(String name, String value) {
            out.writeBytes(("--XyZ\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            return this;
        }

        FormBody file(String name, byte[] content) {
            out.writeBytes(("--XyZ\r\nContent-Disposition: form-data; name=\"" + name
                            + "\"; filename=\"../a.png\"\r\nContent-Type: text/html\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            out.writeBytes(content);
            out.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
            return this;
        }

        byte[] end() {
            out.writeBytes("--XyZ--\r\n".getBytes(StandardCharsets.UTF_8));
            return out.toByteArray();
        }
    }

    @Test
    void aPromptIsEnough() {
        ImageRequest request = generation("{\"prompt\":\"a cat\"}");
        assertThat(request.model()).isEmpty();
        assertThat(request.prompt()).isEqualTo("a cat");
        assertThat(request.options()).isEqualTo(ImageOptions.DEFAULT);
        assertThat(request.stream()).isFalse();
        assertThat(request.isEdit()).isFalse();
        assertThat(request.extras().isEmpty()).isTrue();
    }

    @Test
    void allFields() {
        ImageRequest request = generation("""
                {"model":"m","prompt":"p","n":10,"size":"1x99999","quality":"hd","background":"transparent",
                "output_format":"webp","output_compression":0,"moderation":"low","input_fidelity":"high",
                "response_format":"url","stream":true,"partial_images":3,"user":"u","seed":1.5,"steps":null}""");
        assertThat(request.options())
                .isEqualTo(new ImageOptions(
                        10, new ImageSize(1, 99_999), "hd", "transparent", "webp", 0, "low", "high", 3));
        assertThat(request.stream()).isTrue();
        assertThat(request.extras().fields()).containsOnlyKeys("user", "seed").containsEntry("seed", "1.5");
    }

    @Test
    void autoLeavesTheChoiceToTheBackend() {
        assertThat(generation("{\"prompt\":\"p\",\"size\":\"auto\",\"quality\":\"auto\",\"background\":\"auto\","
                                + "\"moderation\":\"auto\"}")
                        .options())
                .isEqualTo(ImageOptions.DEFAULT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "prompt             | \"prompt\":\" \"",
                "prompt             | \"prompt\":5",
                "prompt             | \"model\":\"m\"",
                "n                  | \"prompt\":\"p\",\"n\":0",
                "n                  | \"prompt\":\"p\",\"n\":11",
                "n                  | \"prompt\":\"p\",\"n\":\"2\"",
                "size               | \"prompt\":\"p\",\"size\":\"0x5\"",
                "size               | \"prompt\":\"p\",\"size\":\"large\"",
                "size               | \"prompt\":\"p\",\"size\":[1,2]",
                "size               | \"prompt\":\"p\",\"size\":\"100000x1\"",
                "quality            | \"prompt\":\"p\",\"quality\":\"best\"",
                "background         | \"prompt\":\"p\",\"background\":\"red\"",
                "background         | \"prompt\":\"p\",\"background\":\"transparent\",\"output_format\":\"jpeg\"",
                "output_format      | \"prompt\":\"p\",\"output_format\":\"gif\"",
                "output_compression | \"prompt\":\"p\",\"output_compression\":101,\"output_format\":\"jpeg\"",
                "output_compression | \"prompt\":\"p\",\"output_compression\":50",
                "moderation         | \"prompt\":\"p\",\"moderation\":\"none\"",
                "input_fidelity     | \"prompt\":\"p\",\"input_fidelity\":\"auto\"",
                "response_format    | \"prompt\":\"p\",\"response_format\":\"json\"",
                "response_format    | \"prompt\":\"p\",\"response_format\":{\"type\":\"url\"}",
                "stream             | \"prompt\":\"p\",\"stream\":\"yes\"",
                "partial_images     | \"prompt\":\"p\",\"stream\":true,\"partial_images\":4",
                "partial_images     | \"prompt\":\"p\",\"partial_images\":1",
                "images             | \"prompt\":\"p\",\"images\":[{\"file_id\":\"x\"}]",
            })
    void aWrongFieldIsNamed(String param, String fields) {
        InferenceException failure =
                catchThrowableOfType(InferenceException.class, () -> generation("{" + fields + "}"));
        assertThat(failure.code()).isIn(ErrorCode.INVALID_REQUEST, ErrorCode.UNSUPPORTED);
        assertThat(failure.param()).contains(param);
    }

    @Test
    void aPromptOfAnyLengthIsNotTaken() {
        String longest = "x".repeat(32_000);
        assertThat(generation("{\"prompt\":\"" + longest + "\"}").prompt()).hasSize(32_000);
        assertThat(catchThrowableOfType(InferenceException.class, () -> generation("{\"prompt\":\"" + longest + "y\"}"))
                        .param())
                .contains("prompt");
    }

    @Test
    void anEditAsAForm() throws IOException {
        byte[] body = new FormBody()
                .text("model", "m")
                .text("prompt", "12")
                .file("image[]", RED)
                .file("image[]", BLUE)
                .file("mask", RED)
                .text("n", "2")
                .text("size", "8x8")
                .text("stream", "true")
                .text("partial_images", "1")
                .text("output_format", "jpeg")
                .text("seed", "-4")
                .text("cfg_scale", "1.5")
                .text("negative_prompt", "7")
                .text("sampler", "eulär a")
                .end();
        StreamedBody arriving = body(body);
        ImageRequest request = edit(arriving, FORM);
        assertThat(request.prompt()).isEqualTo("12");
        assertThat(request.images()).hasSize(2);
        ImageInput.Content second = (ImageInput.Content) request.images().get(1);
        assertThat(second.mediaType()).isEqualTo("image/jpeg");
        assertThat(second.length()).isEqualTo(BLUE.length);
        for (int i = 0; i < 2; i++) {
            try (var content = second.open()) {
                assertThat(content.readAllBytes()).isEqualTo(BLUE);
            }
        }
        assertThat(request.mask()).isNotNull();
        assertThat(folder).isDirectoryContaining("glob:**/part2");
        arriving.close();
        assertThat(folder).isEmptyDirectory();
        assertThat(request.options())
                .isEqualTo(new ImageOptions(2, new ImageSize(8, 8), null, null, "jpeg", null, null, null, 1));
        assertThat(request.stream()).isTrue();
        assertThat(request.extras().fields())
                .containsEntry("seed", "-4")
                .containsEntry("cfg_scale", "1.5")
                .containsEntry("negative_prompt", "\"7\"")
                .containsEntry("sampler", "\"eulär a\"")
                .hasSize(4);
    }

    @Test
    void whatIsWrongInAFormIsNamed() {
        FormBody many = new FormBody().text("prompt", "p");
        for (int i = 0; i < 17; i++) {
            many.file("image", RED);
        }
        assertThat(fault(many.end(), FORM).param()).contains("image");
        assertThat(fault(new FormBody().text("prompt", "p").end(), FORM).param())
                .contains("image");
        assertThat(fault(new FormBody().file("image", RED).end(), FORM).param()).contains("prompt");
        byte[] page = "<svg onload='x'/>".getBytes(StandardCharsets.UTF_8);
        assertThat(fault(new FormBody().text("prompt", "p").file("image", page).end(), FORM)
                        .param())
                .contains("image");
        assertThat(fault(
                                new FormBody()
                                        .text("prompt", "p")
                                        .file("image", RED)
                                        .file("mask", page)
                                        .end(),
                                FORM)
                        .param())
                .contains("mask");
        assertThat(fault(
                                new FormBody()
                                        .text("prompt", "p")
                                        .file("image", RED)
                                        .text("n", "many")
                                        .end(),
                                FORM)
                        .param())
                .contains("n");
        byte[] whole = new FormBody().text("prompt", "p").file("image", RED).end();
        for (byte[] body : new byte[][] {Arrays.copyOf(whole, whole.length - 20), {}, {1, 2}}) {
            assertThat(fault(body, FORM).code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        }
        assertThat(fault(whole, "multipart/form-data").code()).isEqualTo(ErrorCode.INVALID_REQUEST);
        assertThat(fault(whole, "multipart/form-data; boundary=other").code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    }

    /** Any form is either a request or the caller's fault. */
    @Test
    void rubbishInFormsIsTheCallersFault() {
        byte[] whole = new FormBody()
                .text("prompt", "p")
                .file("image[]", RED)
                .text("n", "2")
                .text("seed", "1")
                .file("mask", RED)
                .end();
        Random random = new Random(5);
        for (int i = 0; i < 4_000; i++) {
            byte[] body = whole.clone();
            for (int changes = random.nextInt(6); changes >= 0; changes--) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            byte[] sent = random.nextInt(4) == 0 ? Arrays.copyOf(body, random.nextInt(body.length)) : body;
            try (StreamedBody arriving = body(sent)) {
                assertThat(edit(arriving, FORM).images()).isNotEmpty();
            } catch (InferenceException e) {
                assertThat(e.code()).isIn(ErrorCode.INVALID_REQUEST, ErrorCode.UNSUPPORTED);
            }
        }
        assertThat(folder).isEmptyDirectory();
    }

    private InferenceException fault(byte[] body, String contentType) {
        return catchThrowableOfType(InferenceException.class, () -> edit(body, contentType));
    }

    @Test
    void anEditAsJson() {
        String red = "data:image/png;base64," + Pictures.base64(RED);
        ImageRequest request = edit("{\"prompt\":\"p\",\"images\":[{\"image_url\":\"" + red
                + "\"},{\"file_id\":\"img_1\"},{\"image_url\":\"https://example.org/a.png\"}],\"mask\":{\"file_id\":"
                + "\"img_2\"}}");
        assertThat(request.images().get(0)).isInstanceOf(ImageInput.Content.class);
        assertThat(request.images().get(1)).isEqualTo(new ImageInput.Stored("img_1"));
        assertThat(request.images().get(2)).isEqualTo(new ImageInput.Remote("https://example.org/a.png"));
        assertThat(request.mask()).isEqualTo(new ImageInput.Stored("img_2"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "images              | {\"prompt\":\"p\"}",
                "images              | {\"prompt\":\"p\",\"images\":[]}",
                "images              | {\"prompt\":\"p\",\"images\":\"x\"}",
                "images[0]           | {\"prompt\":\"p\",\"images\":[\"x\"]}",
                "images[0].image_url | {\"prompt\":\"p\",\"images\":[{}]}",
                "images[0].image_url | {\"prompt\":\"p\",\"images\":[{\"image_url\":\"a\",\"file_id\":\"b\"}]}",
                "images[0].image_url | {\"prompt\":\"p\",\"images\":[{\"image_url\":\"file:///etc/passwd\"}]}",
                "images[0].image_url | {\"prompt\":\"p\",\"images\":[{\"image_url\":\"data:image/png;base64,*\"}]}",
                "images[0].image_url | {\"prompt\":\"p\",\"images\":[{\"image_url\":\"data:image/png;base64,AAAA\"}]}",
                "mask                | {\"prompt\":\"p\",\"images\":[{\"file_id\":\"b\"}],\"mask\":\"x\"}",
            })
    void whatIsWrongInJsonIsNamed(String param, String json) {
        InferenceException failure = catchThrowableOfType(InferenceException.class, () -> edit(json));
        assertThat(failure.param()).contains(param);
    }
}
