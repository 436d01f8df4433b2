package io.inference.image.thumbnail;

/**
 * A smaller copy of a picture.
 *
 * @param mediaType {@code image/jpeg}, or {@code image/png} if it is transparent
 * @param bytes never changed
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record Thumbnail(int width, String mediaType, byte[] bytes) {}
