package io.inference.bench;

/** A caller of one door. Safe for use by many threads. */
interface DoorLoad extends AutoCloseable {
    String name();

    /** Asks, and puts the words of the answer together. */
    String whole(String question) throws Exception;

    /** Asks for a stream, and puts its words together; fails where it has no end of its own. */
    String stream(String question) throws Exception;

    /** Looks, once every call has ended, for what no single call sees; empty where nothing is wrong. */
    default String leftOver() throws Exception {
        return "";
    }
}
