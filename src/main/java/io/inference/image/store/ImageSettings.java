package io.inference.image.store;

import io.inference.config.Settings;
import java.nio.file.Path;

/**
 * The settings of pictures.
 *
 * @param generation whether pictures are made and edited
 * @param folder the volume
 * @param mostPixelsASide of a picture's width and height
 * @param minFreeBytes free space of the volume below which nothing is stored
 * @param generatedHours how long pictures that were made are kept; 0 for ever
 * @param uploadHours how long uploads are kept; 0 for ever
 * @param quotaBytes of all pictures of a caller
 * @param quotaFiles pictures of a caller; 0 for no limit
 */
record ImageSettings(
        boolean generation,
        Path folder,
        int mostPixelsASide,
        long minFreeBytes,
        int generatedHours,
        int uploadHours,
        long quotaBytes,
        int quotaFiles) {
    static ImageSettings of(Settings settings) {
        return new ImageSettings(
                settings.flag("image-generation-enabled"),
                settings.path("image-dir"),
                settings.whole("max-image-size"),
                settings.bytes("image-min-free-space"),
                settings.whole("image-retention-hours"),
                settings.whole("upload-retention-hours"),
                settings.bytes("image-quota-bytes"),
                settings.whole("image-quota-files"));
    }

    Retention retention() {
        return new Retention(generatedHours, uploadHours);
    }

    Quota quota() {
        return new Quota(quotaBytes, quotaFiles);
    }
}
