package io.inference.image;

import java.util.List;

/**
 * Some of a caller's pictures, the newest first.
 *
 * @param hasMore whether others follow
 */
public record ImagePage(List<StoredImage> images, boolean hasMore) {
    public ImagePage {
        images = List.copyOf(images);
    }
}
