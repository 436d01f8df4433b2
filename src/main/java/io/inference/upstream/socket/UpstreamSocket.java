package io.inference.upstream.socket;

import io.inference.upstream.Connection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket to a server, read message by message by one thread. The next message is asked for once one is taken, so
 * that a slow reader slows down the server. {@link #close} may be called from any thread.
 */
public final class UpstreamSocket implements AutoCloseable {
    private static final int MAX_MESSAGE_BYTES = 32 << 20;

    private final HttpClient client;
    private final Messages messages;
    private final WebSocket socket;

    private UpstreamSocket(HttpClient client, Messages messages, WebSocket socket) {
        this.client = client;
        this.messages = messages;
        this.socket = socket;
    }

    /**
     * Connects within the connection's time limit, with its key and headers.
     *
     * @param tls null for what Java trusts
     * @param path with its query, below the path of the connection's URL
     * @throws IOException if there is no connection, or the server does not accept it
     */
    public static UpstreamSocket open(Connection connection, @Nullable SSLContext tls, String path) throws IOException {
        HttpClient.Builder settings = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .proxy(HttpClient.Builder.NO_PROXY)
                .connectTimeout(connection.connectTimeout())
                .executor(task -> Thread.ofVirtual()
                        .name("socket-" + connection.backend())
                        .start(task));
        if (tls != null) {
            settings.sslContext(tls);
        }
        HttpClient client = settings.build();
        try {
            WebSocket.Builder socket = client.newWebSocketBuilder().connectTimeout(connection.connectTimeout());
            if (connection.apiKey() != null) {
                socket.header("Authorization", "Bearer " + connection.apiKey());
            }
            connection.headers().forEach(socket::header);
            Messages messages = new Messages();
            URI url = address(connection.url(), path);
            return new UpstreamSocket(
                    client, messages, socket.buildAsync(url, messages).join());
        } catch (CompletionException | IllegalArgumentException e) {
            client.shutdownNow();
            throw new IOException("no WebSocket to the " + connection.backend() + " backend", e);
        }
    }

    private static URI address(URI base, String path) {
        String scheme = base.getScheme().equals("https") ? "wss" : "ws";
        String prefix = base.getRawPath() == null ? "" : base.getRawPath().replaceAll("/+$", "");
        return URI.create(scheme + "://" + base.getRawAuthority() + prefix + path);
    }

    /**
     * The next message; null if none arrived in time.
     *
     * @throws IOException if the connection is closed or broken
     */
    public @Nullable SocketMessage next(Duration timeout) throws IOException, InterruptedException {
        Object next = messages.arrived.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
        return switch (next) {
            case null -> null;
            case SocketMessage message -> {
                socket.request(1);
                yield message;
            }
            default -> {
                messages.arrived.add(next);
                throw new IOException("the WebSocket is closed");
            }
        };
    }

    /** Never waits for the server. */
    @Override
    public void close() {
        socket.abort();
        client.shutdownNow();
    }

    /** Puts fragments together. Its methods are called one after another. */
    private static final class Messages implements WebSocket.Listener {
        private static final Object END = new Object();

        /** Messages, and {@link #END} as the last. */
        private final BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();

        private final StringBuilder text = new StringBuilder();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                arrived.add(new SocketMessage.Text(text.toString()));
                text.setLength(0);
            } else {
                goOn(socket, text.length());
            }
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            byte[] part = new byte[data.remaining()];
            data.get(part);
            bytes.writeBytes(part);
            if (last) {
                arrived.add(new SocketMessage.Binary(bytes.toByteArray()));
                bytes.reset();
            } else {
                goOn(socket, bytes.size());
            }
            return null;
        }

        private void goOn(WebSocket socket, int length) {
            if (length > MAX_MESSAGE_BYTES) {
                socket.abort();
                arrived.add(END);
            } else {
                socket.request(1);
            }
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            arrived.add(END);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            arrived.add(END);
        }
    }
}
