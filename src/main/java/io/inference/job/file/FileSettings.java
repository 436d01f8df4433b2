package io.inference.job.file;

import io.inference.config.Settings;

/**
 * The settings of files.
 *
 * @param storageBytes of all files of one owner
 */
record FileSettings(long storageBytes) {
    static FileSettings of(Settings settings) {
        return new FileSettings(settings.bytes("file-storage-limit"));
    }
}
