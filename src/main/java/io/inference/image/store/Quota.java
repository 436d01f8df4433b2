package io.inference.image.store;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;

/**
 * What all pictures of a caller may be together.
 *
 * @param bytes largest sum
 * @param files 0 for no limit
 */
record Quota(long bytes, int files) {
    /**
     * @param usedFiles of the caller
     * @param usedBytes of the caller
     * @param more bytes of a picture to add
     */
    void check(long usedFiles, long usedBytes, long more) {
        if (files > 0 && usedFiles >= files) {
            throw exceeded("you have " + usedFiles + " pictures, and may have " + files + " (IMAGE_QUOTA_FILES)");
        }
        if (usedBytes + more > bytes) {
            throw exceeded(
                    "your pictures have " + usedBytes + " bytes, and may have " + bytes + " (IMAGE_QUOTA_BYTES)");
        }
    }

    private static InferenceException exceeded(String message) {
        return new InferenceException(ErrorCode.STORAGE_FULL, message + "; delete some first");
    }
}
