package io.inference.bench;

/** A caller of one door. Thread-safe. */
interface DoorLoad extends AutoCloseable {
    String name();

    /** Sends a request, and joins the words of the answer. */
    String whole(String question) throws Exception;

    /** Sends a request for a stream, and joins its words; fails if the stream has no end marker. */
    String stream(String question) throws Exception;

    /** Whether it has streams. */
    default boolean hasStreams() {
        return true;
    }

    /** Checks, once every call has ended, what no single call shows; empty if there is no error. */
    default String leftOver() throws Exception {
        return "";
    }
}
