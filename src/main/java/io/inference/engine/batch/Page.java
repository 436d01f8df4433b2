package io.inference.engine.batch;

import org.jspecify.annotations.Nullable;

/** A page of keys and values, with the number of sequences that use it and the key under which it can be found. */
final class Page {
    final float[] data;

    /** Changes whenever the page is reused, so that no old reference matches its new contents. */
    long id;

    int users;

    @Nullable
    PrefixKey key;

    Page(float[] data) {
        this.data = data;
    }
}
