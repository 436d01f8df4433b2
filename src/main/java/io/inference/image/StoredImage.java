package io.inference.image;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A stored picture without its bytes.
 *
 * @param id as callers see it: {@code img_} and 32 hexadecimal digits
 * @param owner subject of the caller that owns it
 * @param tenant that caller's; null for none
 * @param mediaType {@code image/png}, {@code image/jpeg}, {@code image/webp} or {@code image/gif}, by its content
 * @param bytes length of its file
 * @param width in pixels
 * @param height in pixels
 * @param sha256 of its file, 64 hexadecimal digits
 * @param file where its bytes are, below IMAGE_DIR; other pictures with the same bytes share it. Not for callers
 * @param prompt that it was made from; null if it was uploaded
 * @param revisedPrompt what the backend made of the prompt; null for nothing
 * @param model that made it; null if it was uploaded
 * @param expiresAt when it is deleted; null if it is kept until its owner deletes it
 * @param requestId of the request that it comes from
 * @param name of the file that was uploaded; null for none
 */
public record StoredImage(
        String id,
        String owner,
        @Nullable String tenant,
        ImageKind kind,
        String mediaType,
        long bytes,
        int width,
        int height,
        String sha256,
        String file,
        @Nullable String prompt,
        @Nullable String revisedPrompt,
        @Nullable String model,
        Instant createdAt,
        @Nullable Instant expiresAt,
        String requestId,
        @Nullable String name) {}
