package io.inference.http.tomcat;

import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** Gives the socket of a request's connection, to which the kernel can send a file. */
public interface PlainSocket {
    /** Name of the request attribute that holds it. */
    String ATTRIBUTE = PlainSocket.class.getName();

    /**
     * The socket, which is non-blocking; null if what is written to it has to be encrypted. To be written to by the
     * request's thread alone, after the head of its answer has been flushed, and never more than its Content-Length.
     */
    @Nullable
    SocketChannel socket();
}
