package io.inference.http.tomcat;

/** Tells whether the caller at the other end of a connection has gone, without taking anything from it. */
public interface ConnectionProbe {
    /** Name of the request attribute under which the container leaves the probe. */
    String ATTRIBUTE = ConnectionProbe.class.getName();

    /** Called by one thread at a time, and only while a request that has been read to its end is being answered. */
    boolean callerHasGone();

    /** Reads nothing more of the request that is being answered; the connection closes after its answer. */
    default void giveUpBody() {}
}
