package io.inference.upstream.socket;

/** A whole message of a WebSocket. */
public sealed interface SocketMessage {
    /** A message of text. */
    record Text(String text) implements SocketMessage {}

    /** A message of bytes. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared, and too large to copy.
    record Binary(byte[] bytes) implements SocketMessage {}
}
