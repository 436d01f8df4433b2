package io.inference.image.store;

import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.image.ImageData;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.ImageEvent;
import io.inference.api.stream.StreamEvent;
import io.inference.image.ImageLinks;
import io.inference.image.NewImage;
import io.inference.image.StoredImage;
import io.inference.image.check.BadImageException;
import io.inference.image.check.CheckedImage;
import io.inference.image.check.ImageCheck;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Pictures that are stored when they are complete, before their reader gets them. */
final class StoredImageStream implements ChunkStream {
    private final ChunkStream stream;
    private final Details details;
    private final Caller owner;
    private final StoredImages images;
    private final ImageCheck check;
    private final ImageLinks links;

    /** What is known of a picture beside its bytes. */
    @FunctionalInterface
    interface Details {
        /** @param number of the picture in its request */
        NewImage of(int number, @Nullable String revisedPrompt);
    }

    StoredImageStream(
            ChunkStream stream,
            Details details,
            Caller owner,
            StoredImages images,
            ImageCheck check,
            ImageLinks links) {
        this.stream = stream;
        this.details = details;
        this.owner = owner;
        this.images = images;
        this.check = check;
        this.links = links;
    }

    @Override
    public StreamEvent next(Duration timeout) {
        StreamEvent event = stream.next(timeout);
        if (!(event instanceof ImageEvent.Completed picture)) {
            return event;
        }
        try {
            return stored(picture);
        } catch (RuntimeException e) {
            // The backend need not go on.
            stream.close();
            throw e;
        }
    }

    private ImageEvent stored(ImageEvent.Completed picture) {
        CheckedImage checked;
        try {
            checked = check.check(ByteBuffer.wrap(picture.data().bytes()));
        } catch (BadImageException e) {
            throw new InferenceException(
                    ErrorCode.BACKEND_FAILED, "the backend sent a picture that cannot be used: " + e.getMessage());
        }
        StoredImages.Kept kept = images.keep(owner, checked, details.of(picture.image(), picture.revisedPrompt()));
        StoredImage image = kept.image();
        byte[] bytes = kept.isNew() ? checked.toBytes() : images.bytes(image);
        return picture.stored(new ImageData(image.mediaType(), bytes), image.id(), links.link(image));
    }

    @Override
    public void close() {
        stream.close();
    }
}
