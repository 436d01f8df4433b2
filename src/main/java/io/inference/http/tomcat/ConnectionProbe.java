package io.inference.http.tomcat;

/** Detects whether the caller has disconnected, without consuming bytes of the connection. */
public interface ConnectionProbe {
    /** Name of the request attribute that holds the probe. */
    String ATTRIBUTE = ConnectionProbe.class.getName();

    /** Called by one thread at a time, and only while a fully read request is being answered. */
    boolean callerDisconnected();

    /** Stops reading the request that is being answered; the connection closes after the answer. */
    default void giveUpBody() {}
}
