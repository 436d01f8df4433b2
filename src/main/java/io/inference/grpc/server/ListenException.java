package io.inference.grpc.server;

/** The door cannot listen as configured. The message is for the operator. */
public final class ListenException extends RuntimeException {
    ListenException(String message, Throwable cause) {
        super(message, cause);
    }
}
