package io.inference.api.image;

import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** A picture to edit that is in memory: it came with the request, or was fetched. */
public record InlineImage(ImageData data) implements ImageInput.Content {
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
