package io.inference.job.file;

import io.inference.config.Settings;

/**
 * The settings of files.
 *
 * @param storageBytes largest size of all files of one owner
 */
record FileSettings(long storageBytes) {
    FileSettings {
        if (storageBytes < 0) {
            throw new IllegalArgumentException(storageBytes + " bytes");
        }
    }

    static FileSettings of(Settings settings) {
        return new FileSettings(settings.bytes("file-storage-limit"));
    }
}
