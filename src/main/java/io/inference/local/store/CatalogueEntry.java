package io.inference.local.store;

import java.util.List;

/**
 * A model of the catalogue.
 *
 * @param id the name that callers use, such as {@code smollm2:135m}
 * @param sources of the model, in the order in which they are tried
 * @param sha256 of the GGUF file, in lower-case hexadecimal
 * @param size of the GGUF file in bytes
 * @param entry path of the GGUF file inside a package; its last part is the file's name in the store
 */
public record CatalogueEntry(String id, List<ModelSource> sources, String sha256, long size, String entry) {
    public CatalogueEntry {
        sources = List.copyOf(sources);
        if (!sha256.matches("[0-9a-f]{64}") || size <= 0 || id.isBlank() || entry.isBlank() || entry.endsWith("/")) {
            throw new IllegalArgumentException("the catalogue's entry for '" + id + "' is not complete");
        }
    }

    /** The file's name in the store. */
    public String fileName() {
        return entry.substring(entry.lastIndexOf('/') + 1);
    }
}
