package io.inference;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A client on a bare socket, for tests of behaviour that a normal client does not have: disconnecting in the middle,
 * sending half a request, sending invalid bytes.
 */
public final class RawClient implements Closeable {
    private final Socket socket;
    private final BufferedReader in;
    private final OutputStream out;

    public RawClient(int port) throws IOException {
        this(new Socket(InetAddress.getLoopbackAddress(), port));
    }

    /** Uses a connected socket, such as one with TLS. */
    public RawClient(Socket connected) throws IOException {
        socket = connected;
        socket.setSoTimeout(20_000);
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        out = socket.getOutputStream();
    }

    public void post(String path, String body, String... headers) throws IOException {
        StringBuilder head = new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: localhost\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        head.append("Content-Type: application/json\r\nContent-Length: ")
                .append(bytes.length)
                .append("\r\n\r\n");
        send(head.toString());
        out.write(bytes);
        out.flush();
    }

    public void send(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** Says that nothing more comes; answers can still be read. */
    public void finishSending() throws IOException {
        socket.shutdownOutput();
    }

    /** The next line that contains the text; an error if the answer ends before it. */
    public String awaitLine(String text) throws IOException {
        return until(text).lines().reduce("", (before, line) -> line);
    }

    /** All lines up to the next one that contains the text; an error if the answer ends before it. */
    public String until(String text) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            lines.append(line).append('\n');
            if (line.contains(text)) {
                return lines.toString();
            }
        }
        throw new IOException("the answer ended before a line with " + text);
    }

    /** The rest of the answer. */
    public String rest() throws IOException {
        StringBuilder rest = new StringBuilder();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            rest.append(line).append('\n');
        }
        return rest.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
