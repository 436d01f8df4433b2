package io.inference.stub;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A small HTTP/1.1 server on a free port, for tests of behaviour that a normal server hides: answers cut anywhere,
 * silence, and clients that disconnect.
 */
public final class StubServer implements AutoCloseable {
    /** A received request. Header names are in lower case. */
    public record Request(String method, String path, Map<String, String> headers, byte[] bytes) {
        /** The body as a text; bytes that are no UTF-8 are replaced. */
        public String body() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** Answers one request on its connection. */
    public interface Handler {
        void handle(Request request, Connection connection) throws Exception;
    }

    private final ServerSocket socket;
    private final Handler handler;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Connection> connections = new CopyOnWriteArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final Thread acceptor;

    public StubServer(Handler handler) {
        this(listener(), handler);
    }

    /** @param socket that listens, such as one with TLS */
    public StubServer(ServerSocket socket, Handler handler) {
        this.handler = handler;
        this.socket = socket;
        this.acceptor = Thread.ofVirtual().start(this::accept);
    }

    private static ServerSocket listener() {
        try {
            return new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }

    /** All requests so far. */
    public List<Request> requests() {
        return requests;
    }

    /** Number of connections so far. */
    public int accepted() {
        return accepted.get();
    }

    /** Closes every open connection, as a server does with idle ones. */
    public void closeConnections() {
        connections.forEach(Connection::close);
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Connection connection = new Connection(socket.accept());
                accepted.incrementAndGet();
                connections.add(connection);
                Thread.ofVirtual().start(() -> serve(connection));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Connection connection) {
        try (connection) {
            for (Request request = connection.read(); request != null; request = connection.read()) {
                requests.add(request);
                handler.handle(request, connection);
            }
        } catch (Exception e) {
            // The client disconnected, or the handler cut the connection: tests see it on the other side.
            connection.close();
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
            // A connection may have been accepted at the last moment.
            acceptor.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeConnections();
    }

    /** One connection of a client. */
    public static final class Connection implements AutoCloseable {
        /** Of the protocol of WebSockets, RFC 6455. */
        private static final String ACCEPT_KEY = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;

        private Connection(Socket socket) throws IOException {
            this.socket = socket;
            socket.setTcpNoDelay(true);
            this.in = new BufferedInputStream(socket.getInputStream());
            this.out = socket.getOutputStream();
        }

        private Request read() throws IOException {
            String line = line();
            if (line == null) {
                return null;
            }
            String[] start = line.split(" ");
            Map<String, String> headers = new TreeMap<>();
            for (line = line(); line != null && !line.isEmpty(); line = line()) {
                int colon = line.indexOf(':');
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
            int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
            return new Request(start[0], start[1], headers, in.readNBytes(length));
        }

        private String line() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int b = in.read(); b != '\n'; b = in.read()) {
                if (b < 0) {
                    return null;
                }
                if (b != '\r') {
                    line.write(b);
                }
            }
            return line.toString(StandardCharsets.UTF_8);
        }

        /** A whole answer. */
        public void whole(int status, String contentType, String body, String... headers) throws IOException {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            String head = head(status, contentType, headers) + "Content-Length: " + bytes.length + "\r\n\r\n";
            out.write(head.getBytes(StandardCharsets.UTF_8));
            out.write(bytes);
            out.flush();
        }

        /** A whole answer of bytes. */
        public void whole(int status, String contentType, byte[] body) throws IOException {
            raw(head(status, contentType) + "Content-Length: " + body.length + "\r\n\r\n");
            raw(body);
        }

        /** Begins an answer of chunks. */
        public void begin(int status, String contentType, String... headers) throws IOException {
            raw(head(status, contentType, headers) + "Transfer-Encoding: chunked\r\n\r\n");
        }

        public void chunk(String text) throws IOException {
            chunk(text.getBytes(StandardCharsets.UTF_8));
        }

        public void chunk(byte[] bytes) throws IOException {
            // In one write: a client that has read the bytes may be gone before a second.
            ByteArrayOutputStream chunk = new ByteArrayOutputStream(bytes.length + 16);
            chunk.writeBytes((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.UTF_8));
            chunk.writeBytes(bytes);
            chunk.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
            out.write(chunk.toByteArray());
            out.flush();
        }

        public void end() throws IOException {
            raw("0\r\n\r\n");
        }

        public void raw(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        public void raw(byte[] bytes) throws IOException {
            out.write(bytes);
            out.flush();
        }

        private static String head(int status, String contentType, String... headers) {
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Status\r\n");
            if (!contentType.isEmpty()) {
                head.append("Content-Type: ").append(contentType).append("\r\n");
            }
            for (String header : headers) {
                head.append(header).append("\r\n");
            }
            return head.toString();
        }

        /** Turns the connection into a WebSocket, on which {@link #frame} sends. */
        public void acceptWebSocket(Request request) throws IOException {
            String key = request.headers().get("sec-websocket-key") + ACCEPT_KEY;
            try {
                byte[] sha1 = MessageDigest.getInstance("SHA-1").digest(key.getBytes(StandardCharsets.US_ASCII));
                raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: " + Base64.getEncoder().encodeToString(sha1) + "\r\n\r\n");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }

        /**
         * A frame of a WebSocket.
         *
         * @param opcode 1 for text, 2 for bytes, 0 for a further part, 8 for the end
         * @param last whether the message ends with it
         */
        public void frame(int opcode, byte[] payload, boolean last) throws IOException {
            ByteArrayOutputStream frame = new ByteArrayOutputStream();
            frame.write((last ? 0x80 : 0) | opcode);
            if (payload.length < 126) {
                frame.write(payload.length);
            } else if (payload.length < 1 << 16) {
                frame.write(126);
                frame.write(payload.length >> 8);
                frame.write(payload.length);
            } else {
                frame.write(127);
                frame.writeBytes(ByteBuffer.allocate(8).putLong(payload.length).array());
            }
            frame.writeBytes(payload);
            raw(frame.toByteArray());
        }

        /** Waits until the client closes the connection. */
        public void awaitDisconnect() {
            try {
                if (in.read() >= 0) {
                    throw new IllegalStateException("the client sent more instead of going away");
                }
            } catch (IOException e) {
                // A reset is a disconnect as well.
                close();
            }
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
