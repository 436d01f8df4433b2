package io.inference.image.input;

import io.inference.api.image.ImageData;
import io.inference.api.image.ImageInput;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** A picture in memory, as an input. */
record FetchedImage(ImageData data) implements ImageInput.Content {
    @Override
    public String mediaType() {
        return data.mediaType();
    }

    @Override
    public long length() {
        return data.bytes().length;
    }

    @Override
    public InputStream open() {
        return new ByteArrayInputStream(data.bytes());
    }
}
