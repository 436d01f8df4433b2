package io.inference.http.tomcat;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Adapter;
import org.apache.coyote.ErrorState;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11InputBuffer;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.apache.tomcat.util.res.StringManager;
import org.jspecify.annotations.Nullable;

/**
 * Tomcat's HTTP/1.1 with a time limit for a request's head, and with a probe for disconnected callers. A servlet
 * notices a disconnect only when it writes; an answer that is not streamed writes too late. The probe reads ahead into
 * the socket's own buffer, so a request that already waits there is kept.
 *
 * <p>A head that is too long to be read is marked ({@link #UNREAD_HEAD}). What its caller, or that of a body that came
 * too slowly, is still sending is read for a while: closing with unread bytes would reset the connection and discard
 * the answer.
 */
public final class ProbedHttp11Protocol extends Http11NioProtocol {
    /** Attribute of a request whose head is too long: its credential is unknown, so it is refused like one without. */
    static final String UNREAD_HEAD = ProbedHttp11Protocol.class.getName() + ".unreadHead";

    /** Index in Tomcat's per-processor notes; the low ones are used by Tomcat. */
    private static final int NOTE = 29;

    private static final String HEAD_TOO_LONG =
            StringManager.getManager(Http11InputBuffer.class).getString("iib.requestheadertoolarge.error");
    private static final Duration LINGER = Duration.ofSeconds(2);
    private static final int MOST_LINGERING_BYTES = 4 << 20;

    private final AtomicInteger active = new AtomicInteger();
    private volatile long lastEndNanos = System.nanoTime() - Duration.ofDays(1).toNanos();
    private volatile boolean refusing;

    /**
     * When a stop begins, Tomcat would cut each connection that was kept open, or answer 503, even if a request is
     * arriving on it, which its caller could not send again. Until {@link #refuse} it is answered instead, with
     * {@code Connection: close}.
     */
    @Override
    public boolean isPaused() {
        return refusing;
    }

    /** Answers no request any more that arrives from now on. */
    void refuse() {
        refusing = true;
    }

    /** Whether there is no request, and has been none for this time. */
    boolean isQuietFor(Duration time) {
        return active.get() == 0 && System.nanoTime() - lastEndNanos >= time.toNanos();
    }

    private void end() {
        lastEndNanos = System.nanoTime();
        active.decrementAndGet();
    }

    @Override
    protected Processor createProcessor() {
        return new ProbedProcessor(this, getAdapter());
    }

    private static final class ProbedProcessor extends Http11Processor implements ConnectionProbe, PlainSocket {
        private final ProbedHttp11Protocol protocol;

        /** The connection of which a part of a head has arrived; null if none. */
        private @Nullable SocketWrapperBase<?> headOf;

        private long headBegunNanos;
        /** Whether the caller may still be sending what is not read any more. */
        private boolean unread;

        ProbedProcessor(ProbedHttp11Protocol protocol, Adapter adapter) {
            super(protocol, adapter);
            this.protocol = protocol;
            request.setNote(NOTE, this);
        }

        /**
         * Tomcat's own time-out applies to each read, so a sender of one byte at a time never exceeds it. Therefore the
         * remaining time of a head becomes the time-out of its next read. No thread waits meanwhile.
         */
        @Override
        public SocketState service(SocketWrapperBase<?> socket) throws IOException {
            if (socket.equals(headOf) && headMillisLeft() <= 0) {
                return SocketState.CLOSED;
            }
            unread = false;
            SocketState state = super.service(socket);
            if (unread && state == SocketState.CLOSED) {
                takeIn(socket);
            }
            if (state != SocketState.LONG || isAsync()) {
                headOf = null;
                return state;
            }
            if (!socket.equals(headOf)) {
                headOf = socket;
                headBegunNanos = System.nanoTime();
            }
            socket.setReadTimeout(Math.max(1, headMillisLeft()));
            return state;
        }

        private long headMillisLeft() {
            return protocol.getConnectionTimeout() - (System.nanoTime() - headBegunNanos) / 1_000_000;
        }

        private void headIsRead() {
            if (headOf != null) {
                headOf.setReadTimeout(protocol.getConnectionTimeout());
                headOf = null;
            }
        }

        @Override
        protected void setErrorState(ErrorState state, @Nullable Throwable failure) {
            super.setErrorState(state, failure);
            if (failure instanceof IllegalArgumentException && HEAD_TOO_LONG.equals(failure.getMessage())) {
                unread = true;
                request.setAttribute(UNREAD_HEAD, true);
            }
        }

        private static void takeIn(SocketWrapperBase<?> socket) {
            long end = System.nanoTime() + LINGER.toNanos();
            byte[] waste = new byte[16 * 1024];
            int left = MOST_LINGERING_BYTES;
            try {
                for (long millis = LINGER.toMillis(); millis > 0 && left > 0; ) {
                    socket.setReadTimeout(millis);
                    int read = socket.read(true, waste, 0, waste.length);
                    left = read < 0 ? 0 : left - read;
                    millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                }
            } catch (IOException e) {
                // Slow or disconnected: it had its answer and its time.
            }
        }

        @Override
        public boolean callerDisconnected() {
            SocketWrapperBase<?> socket = getSocketWrapper();
            if (socket == null || socket.isClosed()) {
                return true;
            }
            try {
                // Fills the buffer without blocking; the end of the stream or a reset throws an exception.
                boolean ignored = socket.isReadyForRead();
                return false;
            } catch (IOException e) {
                return true;
            }
        }

        @Override
        public @Nullable SocketChannel socket() {
            SocketWrapperBase<?> wrapper = getSocketWrapper();
            return wrapper != null
                            && wrapper.getSocket() instanceof NioChannel channel
                            && !(channel instanceof SecureNioChannel)
                    ? channel.getIOChannel()
                    : null;
        }

        @Override
        public void giveUpBody() {
            unread = true;
            action(ActionCode.DISABLE_SWALLOW_INPUT, null);
        }
    }

    /** Gives each request, after its head is read, its connection's probe and socket. */
    static final class ProbeValve extends ValveBase {
        ProbeValve() {
            super(true);
        }

        @Override
        public void invoke(Request request, Response response) throws IOException, jakarta.servlet.ServletException {
            if (!(request.getCoyoteRequest().getNote(NOTE) instanceof ProbedProcessor probe)) {
                getNext().invoke(request, response);
                return;
            }
            probe.headIsRead();
            request.setAttribute(ConnectionProbe.ATTRIBUTE, probe);
            request.setAttribute(PlainSocket.ATTRIBUTE, probe);
            probe.protocol.active.incrementAndGet();
            try {
                getNext().invoke(request, response);
            } finally {
                probe.protocol.end();
            }
        }
    }
}
