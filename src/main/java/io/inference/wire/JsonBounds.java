package io.inference.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;

/**
 * The one place that defines bounds of JSON from outside. Jackson's own limit on a string, 20 MB, is lifted: code that
 * reads a body, a line or an answer bounds its bytes, and with them its strings. Nesting stays bounded, since a tree's
 * depth is limited by the stack, and so do numbers (1,000 digits) and names (50,000 characters): anything beyond is
 * reported like any other syntax error.
 */
public final class JsonBounds {
    /** Deeper than real schemas, and far from overflowing the stack. */
    public static final int NESTING = 128;

    private JsonBounds() {}

    /** For requests, which are UTF-8 and nothing else. */
    public static JsonFactoryBuilder request() {
        return builder(NESTING).disable(JsonFactory.Feature.CHARSET_DETECTION);
    }

    /** For a text that contains a request as one of its members. */
    public static JsonFactoryBuilder envelope() {
        return builder(NESTING + 1);
    }

    /** For answers of backends and JSON of this service: as deep as Jackson allows. */
    public static JsonFactoryBuilder answer() {
        return builder(StreamReadConstraints.DEFAULT_MAX_DEPTH);
    }

    private static JsonFactoryBuilder builder(int nesting) {
        return new JsonFactoryBuilder()
                // Jackson's default keeps buffers per thread, and each thread here is a virtual one that serves a
                // single request.
                .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(nesting)
                        .maxStringLength(Integer.MAX_VALUE)
                        .build());
    }
}
