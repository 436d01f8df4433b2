package io.inference.imageserver;

import io.inference.api.image.ImageInput;
import io.inference.api.image.ImageOptions;
import io.inference.api.image.ImageSize;
import io.inference.api.message.Extras;
import io.inference.api.request.ImageRequest;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.ImageEvent;
import io.inference.api.stream.StreamEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Requests for pictures, and what comes of them. */
public final class ImageRequests {
    private static final Duration WAIT = Duration.ofMinutes(2);

    private ImageRequests() {}

    public static ImageRequest of(String model, String prompt) {
        return new ImageRequest(model, prompt, List.of(), null, ImageOptions.DEFAULT, true, Extras.NONE);
    }

    public static ImageRequest with(ImageRequest request, ImageOptions options) {
        return new ImageRequest(
                request.model(),
                request.prompt(),
                request.images(),
                request.mask(),
                options,
                request.stream(),
                request.extras());
    }

    /** @param fields names and JSON texts by turns */
    public static ImageRequest with(ImageRequest request, String... fields) {
        Map<String, String> extras = new LinkedHashMap<>();
        for (int i = 0; i < fields.length; i += 2) {
            extras.put(fields[i], fields[i + 1]);
        }
        return new ImageRequest(
                request.model(),
                request.prompt(),
                request.images(),
                request.mask(),
                request.options(),
                request.stream(),
                Extras.openAi(extras));
    }

    public static ImageRequest edit(ImageRequest request, byte[] image, byte[] mask) {
        ImageInput ofMask = mask == null ? null : TestPictures.input(mask);
        return request.withImages(List.of(TestPictures.input(image)), ofMask);
    }

    public static ImageOptions options(int count, ImageSize size, int partialImages) {
        return new ImageOptions(count, size, null, null, null, null, null, null, partialImages);
    }

    /** All events until the end; a failure is thrown. */
    public static List<ImageEvent> all(ChunkStream stream) {
        List<ImageEvent> events = new ArrayList<>();
        while (true) {
            switch (stream.next(WAIT)) {
                case ImageEvent event -> events.add(event);
                case StreamEvent.End ignored -> {
                    return events;
                }
                case StreamEvent.Silence ignored -> throw new AssertionError("nothing for " + WAIT);
                default -> throw new AssertionError("an event of texts");
            }
        }
    }

    /** Reads until an event of a kind. */
    public static <T extends ImageEvent> T until(ChunkStream stream, Class<T> kind) {
        while (true) {
            StreamEvent event = stream.next(WAIT);
            if (kind.isInstance(event)) {
                return kind.cast(event);
            }
            if (!(event instanceof ImageEvent)) {
                throw new AssertionError("no " + kind + " but " + event);
            }
        }
    }

    public static List<byte[]> pictures(List<ImageEvent> events) {
        return events.stream()
                .filter(ImageEvent.Completed.class::isInstance)
                .map(event -> ((ImageEvent.Completed) event).data().bytes())
                .toList();
    }
}
