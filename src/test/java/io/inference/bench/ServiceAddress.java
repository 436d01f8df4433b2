package io.inference.bench;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One address for all replicas, as a Service of Kubernetes is: a new connection goes to the next endpoint, and stays
 * with it until one of the two ends closes it, also if it is no endpoint any more.
 */
final class ServiceAddress implements Closeable {
    private static final int BUFFER = 16 * 1024;

    private final List<Integer> endpoints = new CopyOnWriteArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private final ServerSocket server = new ServerSocket();

    ServiceAddress() throws IOException {
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    void add(int port) {
        endpoints.add(port);
    }

    void remove(int port) {
        endpoints.remove(Integer.valueOf(port));
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket caller = server.accept();
                Thread.ofVirtual().start(() -> connect(caller));
            } catch (IOException e) {
                // Closed, or a caller that has gone again.
            }
        }
    }

    private void connect(Socket caller) {
        Object[] ports = endpoints.toArray();
        int port = (int) ports[Math.floorMod(next.getAndIncrement(), ports.length)];
        try (caller;
                Socket replica = new Socket(InetAddress.getLoopbackAddress(), port)) {
            caller.setTcpNoDelay(true);
            replica.setTcpNoDelay(true);
            Thread requests = Thread.ofVirtual().start(() -> copy(caller, replica));
            copy(replica, caller);
            requests.join();
        } catch (IOException e) {
            // The caller sees that its connection is closed.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Until the end of the input; the output then ends too. */
    private static void copy(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER];
        try {
            for (int read = from.getInputStream().read(buffer);
                    read >= 0;
                    read = from.getInputStream().read(buffer)) {
                to.getOutputStream().write(buffer, 0, read);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
