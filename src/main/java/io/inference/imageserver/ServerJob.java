package io.inference.imageserver;

import io.inference.api.call.Call;
import io.inference.api.image.ImageData;
import java.util.List;

/** A request that a server has accepted: it waits in the server's queue, or the server works on it. */
public interface ServerJob {
    /**
     * Waits until the pictures are made, and reports what happens meanwhile.
     *
     * @param call cancelled if the pictures are not needed any more
     * @return the pictures, at least one
     * @throws io.inference.api.error.InferenceException if the server fails, or the call is cancelled
     */
    List<ImageData> await(JobEvents events, Call call);

    /** Stops this job at the server, and no other. May wait for the server; has no effect on a job that has ended. */
    void cancel();
}
