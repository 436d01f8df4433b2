package io.inference.engine.batch;

import org.jspecify.annotations.Nullable;

/** A page of keys and values, with the number of sequences that use it and the key under which it can be found. */
final class Page {
    /** The page's number, by which the model finds its memory. */
    final int number;

    /** Changes whenever the page is reused, so that no old reference matches its new contents. */
    long id;

    int users;

    @Nullable
    PrefixKey key;

    Page(int number) {
        this.number = number;
    }
}
