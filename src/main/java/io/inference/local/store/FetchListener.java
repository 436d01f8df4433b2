package io.inference.local.store;

/** Is notified of the progress of a fetch; called often, on the thread that fetches. */
public interface FetchListener {
    /** A listener that does nothing. */
    FetchListener NONE = new FetchListener() {};

    /** Number of bytes of the model that have arrived. */
    default void progress(String id, long bytes, long size) {}

    /** Another process or thread is fetching this model; this one waits for it. */
    default void waiting(String id) {}
}
