package io.inference.engine.batch;

import org.jspecify.annotations.Nullable;

/** A page of keys and values, with how many sequences use it and under which key it can be found. */
final class Page {
    final float[] data;

    /** Changes whenever the page is given out anew, so that nothing old can refer to its new contents. */
    long id;

    int users;

    @Nullable
    PrefixKey key;

    Page(float[] data) {
        this.data = data;
    }
}
