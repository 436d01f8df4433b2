package io.inference.image;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a picture that is to be stored, beside its bytes.
 *
 * @param prompt that it was made from; null if it was uploaded
 * @param revisedPrompt what the backend made of the prompt; null for nothing
 * @param model that made it; null if it was uploaded
 * @param requestId of the request that it comes from
 * @param number of the picture in a request that may run more than once: with the same owner, request and number a
 *     picture is stored once; null if the request runs once
 * @param name of the file that was uploaded; null if it was made, or has none
 */
public record NewImage(
        ImageKind kind,
        @Nullable String prompt,
        @Nullable String revisedPrompt,
        @Nullable String model,
        String requestId,
        @Nullable Integer number,
        @Nullable String name) {
    /** An upload. */
    public static NewImage upload(String requestId, @Nullable String name) {
        return new NewImage(ImageKind.UPLOADED, null, null, null, requestId, null, name);
    }
}
