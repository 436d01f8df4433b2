package io.inference.http.images;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.RunningService;
import io.inference.embedded.SharedPostgres;
import io.inference.image.SamplePictures;
import io.inference.image.file.Volume;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Megabytes a second of one stored picture, beside nginx with sendfile on the same file, in turns: the service by the
 * token of its owner, and by a link. Neither logs requests. The readers are bare sockets that keep their connections
 * and discard what comes.
 */
public final class ImageServingBenchmark {
    private static final int READERS = Integer.getInteger("images.readers", 4);
    private static final int SECONDS = Integer.getInteger("images.seconds", 5);
    private static final int ROUNDS = Integer.getInteger("images.rounds", 3);
    private static final int[] SIDES = {200, 590, 1900};
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    private ImageServingBenchmark() {}

    /** Where a picture is served. */
    private record Source(String name, int port, String path, String header) {}

    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("images");
        List<String> options = new ArrayList<>(SharedPostgres.freshOptions("image_serving"));
        options.addAll(List.of("--image-dir=" + folder, "--image-min-free-space=1MB", "--log-level=warn"));
        int port = freePort();
        try (RunningService service = RunningService.start(options.toArray(String[]::new));
                Nginx ignored = Nginx.start(folder, port)) {
            for (int side : SIDES) {
                byte[] picture = SamplePictures.png(side, side, side);
                String path = "/v1/images/" + uploaded(service, picture);
                String link = JSON.readTree(post(service, path + "/links", new byte[0]))
                        .path("url")
                        .asText();
                List<Source> sources = List.of(
                        new Source("nginx", port, "/" + fileOf(folder, picture), "X-None: x"),
                        new Source("service", service.port(), path + "/content", "X-None: x"),
                        new Source("service by link", service.port(), link, "X-None: x"));
                for (int round = 0; round < ROUNDS; round++) {
                    for (Source source : sources) {
                        report(source, picture.length, round);
                    }
                }
            }
        }
    }

    private static void report(Source source, int bytes, int round) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        long start = System.nanoTime();
        long answers = 0;
        try (ExecutorService readers = Executors.newFixedThreadPool(READERS)) {
            List<Future<Long>> counts = readers.invokeAll(
                    java.util.Collections.<Callable<Long>>nCopies(READERS, () -> read(source, bytes, end)));
            for (Future<Long> count : counts) {
                answers += count.get();
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                "%7.2f MB, round %d, %-16s %8.0f MB/s %8.0f answers/s%n",
                bytes / 1e6, round, source.name(), answers * (double) bytes / 1e6 / seconds, answers / seconds);
    }

    private static long read(Source source, int bytes, long end) throws IOException {
        byte[] request = ("GET " + source.path() + " HTTP/1.1\r\nHost: localhost\r\n" + source.header() + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] block = new byte[256 << 10];
        long answers = 0;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), source.port())) {
            InputStream in = socket.getInputStream();
            while (System.nanoTime() < end) {
                socket.getOutputStream().write(request);
                skip(in, block, bytes);
                answers++;
            }
        }
        return answers;
    }

    private static void skip(InputStream in, byte[] block, int bytes) throws IOException {
        int length = 0;
        int head = -1;
        while (head < 0) {
            int count = in.read(block, length, block.length - length);
            if (count < 0) {
                throw new IOException("no head");
            }
            length += count;
            head = new String(block, 0, length, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n");
        }
        if (!new String(block, 0, 12, StandardCharsets.US_ASCII).equals("HTTP/1.1 200")) {
            throw new IOException(new String(block, 0, length, StandardCharsets.ISO_8859_1));
        }
        for (long left = bytes - (length - head - 4); left > 0; ) {
            int count = in.read(block, 0, (int) Math.min(block.length, left));
            if (count < 0) {
                throw new IOException("an answer that ends too early");
            }
            left -= count;
        }
    }

    private static String uploaded(RunningService service, byte[] picture) throws Exception {
        return JSON.readTree(post(service, "/v1/images", picture)).path("id").asText();
    }

    private static String post(RunningService service, String path, byte[] body) throws Exception {
        return CLIENT.send(
                        HttpRequest.newBuilder(URI.create(service.baseUrl() + path))
                                .header("Content-Type", "image/png")
                                .POST(BodyPublishers.ofByteArray(body))
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }

    private static Path fileOf(Path folder, byte[] picture) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (!file.endsWith(Volume.MARKER) && Files.size(file) == picture.length) {
                    return folder.relativize(file);
                }
            }
        }
        throw new IllegalStateException("the picture is in no file");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** One nginx of this process, in the foreground, with as many workers as cores. */
    private record Nginx(Process process) implements AutoCloseable {
        static Nginx start(Path folder, int port) throws Exception {
            Path files = Files.createTempDirectory("nginx");
            Path config = Files.writeString(files.resolve("nginx.conf"), """
                    daemon off;
                    user root;
                    pid %1$s/pid;
                    error_log %1$s/errors;
                    worker_processes auto;
                    events {}
                    http {
                      access_log off;
                      sendfile on;
                      tcp_nopush on;
                      keepalive_requests 10000000;
                      client_body_temp_path %1$s/a;
                      proxy_temp_path %1$s/b;
                      fastcgi_temp_path %1$s/c;
                      uwsgi_temp_path %1$s/d;
                      scgi_temp_path %1$s/e;
                      default_type image/png;
                      server {
                        listen 127.0.0.1:%2$d;
                        root %3$s;
                      }
                    }
                    """.formatted(files, port, folder));
            Nginx nginx = new Nginx(new ProcessBuilder("nginx", "-c", config.toString(), "-p", files.toString())
                    .inheritIO()
                    .start());
            for (int tries = 0; tries < 100; tries++) {
                try (Socket ignored = new Socket(InetAddress.getLoopbackAddress(), port)) {
                    return nginx;
                } catch (IOException e) {
                    TimeUnit.MILLISECONDS.sleep(100);
                }
            }
            throw new IllegalStateException("nginx does not answer");
        }

        @Override
        public void close() throws Exception {
            process.destroy();
            int ignored = process.waitFor();
        }
    }
}
