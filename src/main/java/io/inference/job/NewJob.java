package io.inference.job;

import io.inference.api.call.Caller;
import org.jspecify.annotations.Nullable;

/**
 * A job that a door takes in.
 *
 * @param door where it came in; {@link Jobs#undelivered} asks by it
 * @param correlationId the same caller's same id is the same job; another caller's is another
 * @param payload the REST body of the operation, as it came: a repetition has to be the same bytes
 * @param delivery JSON that the door finds again in {@link Job#delivery}; null for a result that is only kept
 * @param resent whether its sender keeps the request until the result is stored, and sends it again if this service forgets it: then
 *     storing it need not wait for the disk
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
