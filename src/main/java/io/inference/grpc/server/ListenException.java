package io.inference.grpc.server;

/** The door cannot listen as its settings say. The message is for the operator. */
public final class ListenException extends RuntimeException {
    ListenException(String message, Throwable cause) {
        super(message, cause);
    }
}
