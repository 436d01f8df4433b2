package io.inference.image.file;

import java.nio.file.Path;

/**
 * A file that is durable and not visible yet.
 *
 * @param sha256 of its bytes
 * @param bytes its length
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record Written(Path file, byte[] sha256, long bytes) {}
