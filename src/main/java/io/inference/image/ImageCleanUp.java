package io.inference.image;

import java.util.List;

/** What is deleted without its owner's doing. */
public interface ImageCleanUp {
    /**
     * What the next clean-up deletes, of each at most 1,000 entries.
     *
     * @param expired pictures whose time is over, the oldest first
     * @param expiredCount how many they are
     * @param expiredBytes their bytes; pictures that others have as well stay as files
     * @param filesWithoutRow files of pictures that no row names
     * @param rowsWithoutFile files that rows name, and that are missing or damaged
     * @param temporary files that were left behind
     * @param unknown files that are not the service's, which stay
     */
    record Preview(
            List<StoredImage> expired,
            long expiredCount,
            long expiredBytes,
            List<String> filesWithoutRow,
            List<String> rowsWithoutFile,
            List<String> temporary,
            List<String> unknown) {
        public Preview {
            expired = List.copyOf(expired);
            filesWithoutRow = List.copyOf(filesWithoutRow);
            rowsWithoutFile = List.copyOf(rowsWithoutFile);
            temporary = List.copyOf(temporary);
            unknown = List.copyOf(unknown);
        }
    }

    /**
     * Looks at all rows and files, and changes nothing.
     *
     * @throws io.inference.api.error.InferenceException with {@code UNAVAILABLE} if the database or the volume cannot
     *     be used
     */
    Preview preview();
}
