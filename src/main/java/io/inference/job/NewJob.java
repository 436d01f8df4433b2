package io.inference.job;

import io.inference.api.call.Caller;
import org.jspecify.annotations.Nullable;

/**
 * A job that a door submits.
 *
 * @param door door at which it was submitted; {@link Jobs#undelivered} selects by it
 * @param correlationId unique among the caller's jobs: a repeated id means the same job
 * @param payload the REST body of the operation, unchanged: a repeated submission must have the same bytes
 * @param delivery JSON that the door gets back in {@link Job#delivery}; null if the result is only kept
 * @param resent whether its sender keeps the request until the result is stored, and repeats it if this service
 *     loses it; if so, storing it need not wait for the disk
 */
public record NewJob(
        Caller caller,
        String door,
        String correlationId,
        JobTask task,
        JobPriority priority,
        byte[] payload,
        @Nullable String delivery,
        boolean resent) {}
