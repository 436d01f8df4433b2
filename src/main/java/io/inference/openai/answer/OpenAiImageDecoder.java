package io.inference.openai.answer;

import com.fasterxml.jackson.core.JsonParser;
import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageData;
import io.inference.api.stream.ImageEvent;
import io.inference.upstream.JsonTokens;
import io.inference.upstream.LineDecoder;
import io.inference.upstream.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads an answer about pictures, as one JSON object or as events: what a server sends need not be what it was asked
 * for. Pictures are numbered as they come. A stream is complete with the last of the pictures that were asked for.
 */
public final class OpenAiImageDecoder implements LineDecoder<ImageEvent> {
    private static final String DONE = "[DONE]";
    private static final String DATA_URL = "data:";
    private static final String BASE64 = ";base64,";

    private final OpenAiErrors errors;
    private final int expected;
    private final Call call;
    private final Links links;
    private final SseFramer framer = new SseFramer();
    private boolean begun;
    /** The lines of an answer that is one JSON object. */
    private @Nullable ByteArrayOutputStream whole;

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
        int first = firstVisible(body, 0, body.length);
        if (first < body.length && body[first] == '{') {
            object(body, body.length, events::add);
        } else {
            all(body, events::add);
        }
        checkAny();
        return events;
    }

    @Override
    public boolean line(byte[] bytes, int from, int to, Consumer<ImageEvent> out) throws IOException {
        if (!begun) {
            begin(bytes, from, to);
        }
        if (whole != null) {
            if (whole.size() + to - from > Reply.MAX_BYTES) {
                throw new IOException("the answer is longer than " + Reply.MAX_BYTES + " bytes");
            }
            whole.write(bytes, from, to - from);
            return false;
        }
        return framer.line(bytes, from, to, (data, length, error) -> event(data, length, error, out));
    }

    /** The first line that says something shows what the answer is; its type, as servers name it, does not. */
    private void begin(byte[] bytes, int from, int to) throws IOException {
        int first = firstVisible(bytes, from, to);
        if (first == to || bytes[first] == ':') {
            return;
        }
        begun = true;
        switch (bytes[first]) {
            case '{' -> whole = new ByteArrayOutputStream(to - from);
            case '<', '[', '"' -> throw new IOException("neither JSON nor events");
            default -> {}
        }
    }

    private static int firstVisible(byte[] bytes, int from, int to) {
        int first = from;
        while (first < to && bytes[first] <= ' ' && bytes[first] >= 0) {
            first++;
        }
        return first;
    }

    @Override
    public boolean awaitsEnd() {
        return completed >= expected;
    }

    @Override
    public boolean eof(Consumer<ImageEvent> out) throws IOException {
        if (whole != null) {
            byte[] object = whole.toByteArray();
            object(object, object.length, out);
            checkAny();
            return true;
        }
        return framer.flush((data, length, error) -> event(data, length, error, out)) || completed >= expected;
    }

    /** A server may refuse to make some of the pictures, but not all without an error. */
    private void checkAny() {
        if (completed == 0) {
            throw errors.failures().failed("gave no picture", null);
        }
    }

    private boolean event(byte[] data, int length, boolean isError, Consumer<ImageEvent> out) throws IOException {
        int first = firstVisible(data, 0, length);
        if (isDone(data, first, length)) {
            checkAny();
            return true;
        }
        if (isError) {
            OpenAiError error = OpenAiError.parse(Arrays.copyOf(data, length));
            throw errors.midStream(error == null ? OpenAiError.ofText(data, 0, length) : error);
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
