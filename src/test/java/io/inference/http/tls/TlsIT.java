package io.inference.http.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import io.inference.LogLines;
import io.inference.RawClient;
import io.inference.RunningService;
import io.inference.Tries;
import io.inference.embedded.SharedPostgres;
import io.inference.image.SamplePictures;
import io.inference.stub.StubServer;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * The REST door with TLS, its files laid out as Kubernetes mounts a Secret: links to a folder that is replaced as a
 * whole.
 */
class TlsIT {
    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(LiveCertificate.class);
    private static final Duration RENEWAL = Duration.ofSeconds(60);

    private static TestCertificate first;
    private static TestCertificate second;
    private static SSLContext client;

    private final LogLines lines = new LogLines();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private volatile CountDownLatch asked = new CountDownLatch(1);
    private volatile CountDownLatch gone = new CountDownLatch(1);

    @TempDir
    Path secret;

    private int version;

    @BeforeAll
    static void make() throws Exception {
        first = TestCertificate.make("EC");
        second = TestCertificate.make("RSA");
        client = TestCertificate.trusting(first, second);
    }

    @BeforeEach
    void mountTheFirst() throws Exception {
        mount(first.certPem(), first.keyPem());
    }

    @AfterEach
    void stopListening() {
        LOGGER.detachAppender(lines);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void clientsAreAnsweredByTlsAlone(String protocol) throws Exception {
        try (RunningService service = start()) {
            SSLSocket socket = (SSLSocket) client.getSocketFactory()
                    .createSocket(new Socket(InetAddress.getLoopbackAddress(), service.port()), "localhost", 0, true);
            socket.setEnabledProtocols(new String[] {protocol});
            try (RawClient raw = new RawClient(socket)) {
                raw.send("GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
                assertThat(raw.rest()).startsWith("HTTP/1.1 200").doesNotContainIgnoringCase("Strict-Transport");
            }
            assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
            try (RawClient plain = new RawClient(service.port())) {
                plain.send("GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
                assertThat(plain.rest()).startsWith("HTTP/1.1 400");
            }
        }
    }

    @Test
    void aStoredPictureIsSentThroughTls(@TempDir Path folder) throws Exception {
        byte[] picture = SamplePictures.png(1200, 1200, 1);
        List<String> options = new ArrayList<>(SharedPostgres.freshOptions("tls_images"));
        options.addAll(List.of("--image-dir=" + folder, "--image-min-free-space=1MB"));
        try (RunningService service = start(options.toArray(String[]::new));
                HttpClient https = HttpClient.newBuilder().sslContext(client).build()) {
            URI images = URI.create("https://localhost:" + service.port() + "/v1/images");
            HttpRequest upload = HttpRequest.newBuilder(images)
                    .header("Content-Type", "image/png")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(picture))
                    .build();
            String stored =
                    https.send(upload, HttpResponse.BodyHandlers.ofString()).body();
            String id = stored.replaceFirst(".*\"id\":\"(img_\\w+)\".*", "$1");
            HttpRequest content = HttpRequest.newBuilder(URI.create(images + "/" + id + "/content"))
                    .build();
            assertThat(https.send(content, HttpResponse.BodyHandlers.ofByteArray())
                            .body())
                    .isEqualTo(picture);
        }
    }

    @Test
    void aProtocolOfOldIsRefusedByAnAlert() throws Exception {
        try (RunningService service = start();
                Socket old = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
            old.setSoTimeout(20_000);
            byte[] hello = new byte[52];
            // A record (22) with a ClientHello (1) of TLS 1.1 (3.2): 32 random bytes, no session, two cipher suites, no
            // compression.
            byte[] head = {22, 3, 1, 0, 47, 1, 0, 0, 43, 3, 2};
            byte[] tail = {0, 0, 4, (byte) 0xc0, 0x13, 0, 0x2f, 1, 0};
            System.arraycopy(head, 0, hello, 0, head.length);
            System.arraycopy(tail, 0, hello, hello.length - tail.length, tail.length);
            old.getOutputStream().write(hello);
            old.getOutputStream().flush();
            byte[] alert = old.getInputStream().readNBytes(7);
            assertThat(alert[0]).as("an alert").isEqualTo((byte) 21);
            assertThat(alert[6]).as("protocol_version").isEqualTo((byte) 70);
        }
    }

    @Test
    void namesOtherThanThisMachinesAreToBeAskedByTlsForAYearAndTheManagementPortStaysPlain() throws Exception {
        try (RunningService service = start("--disable-auth=false")) {
            try (RawClient raw = new RawClient(TestCertificate.connect(service.port(), client))) {
                raw.send("GET /openapi.json HTTP/1.1\r\nHost: inference.example\r\nConnection: close\r\n\r\n");
                assertThat(raw.awaitLine("Strict-Transport-Security")).contains("max-age=31536000");
            }
            HttpRequest metrics = HttpRequest.newBuilder(URI.create(service.managementUrl() + "/actuator/prometheus"))
                    .build();
            HttpResponse<String> answer =
                    HttpClient.newHttpClient().send(metrics, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.body()).contains("ssl_chain_expiry_seconds{");
            assertThat(answer.statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aRenewedCertificateIsServedToNewConnectionsWhileAStreamOnAnOldOneGoesOn() throws Exception {
        try (StubServer upstream = upstream();
                RunningService service = start("--inference-services-openai-base-url=" + upstream.url() + "/v1");
                RawClient old = new RawClient(TestCertificate.connect(service.port(), client))) {
            old.post("/v1/chat/completions", chat(true));
            old.awaitLine("first");
            assertThat(served(service)).isEqualTo(first);

            mount(second.certPem(), second.keyPem());

            await().atMost(RENEWAL).until(() -> served(service) == second);
            goOn.countDown();
            old.awaitLine("second");
            old.awaitLine("[DONE]");
        }
    }

    @Test
    void aBrokenRenewalIsSaidOnceAndChangesNothingUntilItIsMended() throws Exception {
        try (RunningService service = start()) {
            mount(second.certPem().substring(0, 300), second.keyPem());
            await().atMost(RENEWAL).until(() -> said("which is cut off"));
            assertThat(served(service)).isEqualTo(first);

            mount(second.certPem(), first.keyPem());
            await().atMost(RENEWAL).until(() -> said("which is not the key of the first certificate"));
            assertThat(served(service)).isEqualTo(first);

            Files.delete(secret.resolve("..data"));
            await().atMost(RENEWAL).until(() -> said("which cannot be read"));
            assertThat(served(service)).isEqualTo(first);

            mount(second.certPem(), second.keyPem());
            await().atMost(RENEWAL).until(() -> served(service) == second);
            assertThat(lines.list.stream()
                            .filter(line -> line.getLevel().levelStr.equals("WARN")))
                    .hasSize(3)
                    .allSatisfy(line -> assertThat(line.getFormattedMessage())
                            .startsWith("TLS stays with the certificate of CN=localhost, valid until ")
                            .doesNotContain("\n"))
                    .allSatisfy(line -> assertThat(line.getThrowableProxy()).isNull());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCallerThatGoesAwayCancelsWhetherItSaysSoOrNot(boolean says) throws Exception {
        try (StubServer upstream = upstream();
                RunningService service = start("--inference-services-openai-base-url=" + upstream.url() + "/v1")) {
            assertThat(Tries.oneOfThree(() -> isCancelledWithinASecond(service, says)))
                    .as("cancelled within a second")
                    .isTrue();
        }
    }

    private boolean isCancelledWithinASecond(RunningService service, boolean says) throws Exception {
        asked = new CountDownLatch(1);
        gone = new CountDownLatch(1);
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), service.port());
        SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket(plain, "localhost", 0, says);
        RawClient raw = new RawClient(socket);
        raw.post("/v1/chat/completions", chat(false));
        assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(gone.getCount()).as("still connected").isEqualTo(1);
        if (says) {
            socket.close();
        } else {
            plain.close();
        }
        boolean soon = gone.await(1, TimeUnit.SECONDS);
        assertThat(gone.await(30, TimeUnit.SECONDS)).as("cancelled").isTrue();
        return soon;
    }

    private RunningService start(String... options) {
        String[] all = new String[options.length + 2];
        all[0] = "--tls-cert-file=" + secret.resolve("tls.crt");
        all[1] = "--tls-key-file=" + secret.resolve("tls.key");
        System.arraycopy(options, 0, all, 2, options.length);
        RunningService service = RunningService.start(all);
        // Not before: a start resets logging.
        lines.start();
        LOGGER.addAppender(lines);
        return service;
    }

    private boolean said(String text) {
        return lines.list.stream().anyMatch(line -> line.getFormattedMessage().contains(text));
    }

    private static TestCertificate served(RunningService service) throws Exception {
        try (SSLSocket socket = TestCertificate.connect(service.port(), TestCertificate.trusting(first, second))) {
            return socket.getSession().getPeerCertificates()[0].equals(first.certificate()) ? first : second;
        }
    }

    /** Replaces the folder behind the links, as the kubelet does. */
    private void mount(String cert, String key) throws Exception {
        String name = "..version-" + version++;
        Path folder = Files.createDirectory(secret.resolve(name));
        Files.writeString(folder.resolve("tls.crt"), cert);
        Files.writeString(folder.resolve("tls.key"), key);
        Path link = Files.createSymbolicLink(secret.resolve("..data_tmp"), Path.of(name));
        Files.move(link, secret.resolve("..data"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        for (String file : List.of("tls.crt", "tls.key")) {
            if (!Files.isSymbolicLink(secret.resolve(file))) {
                Files.createSymbolicLink(secret.resolve(file), Path.of("..data", file));
            }
        }
    }

    private static String chat(boolean stream) {
        return "{\"model\":\"mock\",\"stream\":" + stream + ",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    }

    /**
     * Streams a token, and a second one when the test allows it; a request without a stream gets no answer until its
     * client disconnects.
     */
    private StubServer upstream() {
        return new StubServer((request, connection) -> {
            if (request.path().endsWith("/models")) {
                connection.whole(200, "application/json", "{\"object\":\"list\",\"data\":[{\"id\":\"mock\"}]}");
                return;
            }
            asked.countDown();
            if (!request.body().contains("\"stream\":true")) {
                connection.awaitDisconnect();
                gone.countDown();
                return;
            }
            connection.begin(200, "text/event-stream");
            connection.chunk("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"first\"}}]}\n\n");
            if (goOn.await(60, TimeUnit.SECONDS)) {
                connection.chunk("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"second\"},"
                        + "\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
                connection.end();
            }
        });
    }
}
