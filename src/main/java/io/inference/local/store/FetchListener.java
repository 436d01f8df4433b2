package io.inference.local.store;

/** Hears how a fetch goes on; called from the thread that fetches, often. */
public interface FetchListener {
    /** A listener that does nothing. */
    FetchListener NONE = new FetchListener() {};

    /** So much of the model is here. */
    default void progress(String id, long bytes, long size) {}

    /** Another starter fetches this model; this one waits for it. */
    default void waiting(String id) {}
}
