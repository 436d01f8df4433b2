package io.inference.api.call;

/**
 * Work that the service does for a caller in the background: on any replica, tried again after a failure or a crash.
 * The caller cannot ask for it and does not see it.
 */
public interface BackgroundTasks {
    /**
     * Submits a task, unless it was submitted before.
     *
     * @param owner for whom it is done, and to whom its tokens are accounted
     * @param task its name; the flow of that name does it
     * @param key what makes two tasks of an owner the same
     * @param payload what the flow gets; no text of the caller, since it is kept for some time after the task
     * @throws io.inference.api.error.InferenceException with {@code UNAVAILABLE} if it cannot be kept now
     */
    void submit(Caller owner, String task, String key, byte[] payload);
}
