package io.inference.openai.answer;

import com.fasterxml.jackson.core.JsonParser;
import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageData;
import io.inference.api.stream.ImageEvent;
import io.inference.upstream.JsonTokens;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads an answer about pictures, as one JSON object or as events: what a server sends need not be what it was asked
 * for. Pictures are numbered as they come. A stream is complete with the last of the pictures that were asked for.
 */
public final class OpenAiImageDecoder extends JsonOrEvents<ImageEvent> {
    private static final String DONE = "[DONE]";
    private static final String DATA_URL = "data:";
    private static final String BASE64 = ";base64,";

    private final OpenAiErrors errors;
    private final int expected;
    private final Call call;
    private final Links links;
    private @Nullable String model;
    private int completed;

    /** Fetches pictures that a server names by links. */
    @FunctionalInterface
    public interface Links {
        /** @throws InferenceException if the link must not be followed, or there is no picture */
        byte[] fetch(String url);
    }

    /**
     * @param expected number of pictures that were asked for
     * @param call gets the usage
     */
    public OpenAiImageDecoder(OpenAiErrors errors, int expected, Call call, Links links) {
        this.errors = errors;
        this.expected = expected;
        this.call = call;
        this.links = links;
    }

    /** The model that answers, if the answer names it; otherwise the given one. */
    public String model(String asked) {
        return model == null ? asked : model;
    }

    /**
     * Reads an answer that has come as a whole.
     *
     * @throws InferenceException if it has no picture, or is an error
     */
    public List<ImageEvent> whole(byte[] body) throws IOException {
        List<ImageEvent> events = new ArrayList<>();
        if (startsAnObject(body)) {
            object(body, body.length, events::add);
        } else {
            all(body, events::add);
        }
        checkAny();
        return events;
    }

    @Override
    public boolean awaitsEnd() {
        return completed >= expected;
    }

    @Override
    public boolean eof(Consumer<ImageEvent> out) throws IOException {
        byte[] object = object();
        if (object != null) {
            object(object, object.length, out);
            checkAny();
            return true;
        }
        return lastEvent(out) || completed >= expected;
    }

    /** A server may refuse to make some of the pictures, but not all without an error. */
    private void checkAny() {
        if (completed == 0) {
            throw errors.failures().failed("gave no picture", null);
        }
    }

    @Override
    boolean event(byte[] data, int length, boolean isError, Consumer<ImageEvent> out) throws IOException {
        int first = firstVisible(data, 0, length);
        if (isDone(data, first, length)) {
            checkAny();
            return true;
        }
        if (isError) {
            throw errors.midStream(errorOf(data, length));
        }
        if (first < length) {
            object(data, length, out);
        }
        return false;
    }

    private static boolean isDone(byte[] data, int from, int to) {
        if (to - from < DONE.length()) {
            return false;
        }
        for (int i = 0; i < DONE.length(); i++) {
            if (data[from + i] != DONE.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private void object(byte[] data, int length, Consumer<ImageEvent> out) throws IOException {
        OpenAiImageFrame frame;
        try (JsonParser json = JsonTokens.parser(data, 0, length)) {
            JsonTokens.openObject(json);
            frame = OpenAiImageFrame.read(json);
        }
        if (frame.error() != null) {
            throw errors.midStream(frame.error());
        }
        model = frame.model() == null ? model : frame.model();
        if (frame.usage() != null) {
            call.setUsage(frame.usage());
        }
        for (OpenAiImageFrame.Picture picture : frame.pictures()) {
            ImageData image = ImageData.of(bytes(picture));
            out.accept(
                    frame.partial() == null
                            ? new ImageEvent.Completed(completed++, image, picture.revisedPrompt())
                            : new ImageEvent.Partial(completed, frame.partial(), image));
        }
    }

    private byte[] bytes(OpenAiImageFrame.Picture picture) throws IOException {
        if (picture.bytes() != null) {
            return picture.bytes();
        }
        String url = String.valueOf(picture.url());
        if (!url.regionMatches(true, 0, DATA_URL, 0, DATA_URL.length())) {
            return links.fetch(url);
        }
        int mark = url.indexOf(BASE64);
        try {
            return Base64.getDecoder().decode(mark < 0 ? "" : url.substring(mark + BASE64.length()));
        } catch (IllegalArgumentException e) {
            throw new IOException("a data: URL that is no base64", e);
        }
    }
}
