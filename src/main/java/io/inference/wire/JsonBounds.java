package io.inference.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;

/**
 * The one place that says what JSON from outside may be like. Jackson's own limit on a string, 20 MB, is lifted: who reads a body, a line
 * or an answer bounds its bytes, and with them its strings. Nesting stays bounded, since a tree's depth is the stack's, and so do numbers
 * (1,000 digits) and names (50,000 characters): what is beyond is a fault of the text like any other.
 */
public final class JsonBounds {
    /** Deeper than any schema that people write, and far from the end of the stack. */
    public static final int NESTING = 128;

    private JsonBounds() {}

    /** For requests, which are UTF-8 and nothing else. */
    public static JsonFactoryBuilder request() {
        return builder(NESTING).disable(JsonFactory.Feature.CHARSET_DETECTION);
    }

    /** For what holds a request as one of its members. */
    public static JsonFactoryBuilder envelope() {
        return builder(NESTING + 1);
    }

    /** For what backends answer and what this service wrote itself: as deep as Jackson allows. */
    public static JsonFactoryBuilder answer() {
        return builder(StreamReadConstraints.DEFAULT_MAX_DEPTH);
    }

    private static JsonFactoryBuilder builder(int nesting) {
        return new JsonFactoryBuilder()
                // Buffers of Jackson's default belong to a thread, and each of ours is a virtual one that serves one
                // request.
                .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(nesting)
                        .maxStringLength(Integer.MAX_VALUE)
                        .build());
    }
}
