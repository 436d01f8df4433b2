package io.inference.image.check;

import java.util.Optional;
import java.util.stream.Stream;

/** The types of pictures that are stored. */
public enum ImageType {
    PNG("image/png", "png"),
    JPEG("image/jpeg", "jpg"),
    WEBP("image/webp", "webp"),
    GIF("image/gif", "gif");

    private final String mediaType;
    private final String extension;

    ImageType(String mediaType, String extension) {
        this.mediaType = mediaType;
        this.extension = extension;
    }

    public String mediaType() {
        return mediaType;
    }

    /** Of names of files, without a dot. */
    public String extension() {
        return extension;
    }

    public static Optional<ImageType> ofMediaType(String mediaType) {
        return Stream.of(values())
                .filter(type -> type.mediaType.equals(mediaType))
                .findFirst();
    }

    public static Optional<ImageType> ofExtension(String extension) {
        return Stream.of(values())
                .filter(type -> type.extension.equals(extension))
                .findFirst();
    }
}
