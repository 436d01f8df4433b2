package io.inference.api.image;

/**
 * A picture in memory.
 *
 * @param mediaType such as {@code image/png}; what a backend sent may be of another type until the store has checked it
 * @param bytes never changed
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, and too large to copy.
public record ImageData(String mediaType, byte[] bytes) {}
