package io.inference.upstream.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.grpc.Certificates;
import io.inference.upstream.Connection;
import io.inference.upstream.UpstreamClient;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A server whose certificate is of a private authority, and which asks for a certificate of that authority. */
@ExtendWith(OutputCaptureExtension.class)
class UpstreamTlsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private final List<String> callers = new CopyOnWriteArrayList<>();
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final AtomicInteger heldCalls = new AtomicInteger();
    private final CountDownLatch released = new CountDownLatch(1);
    private HttpsServer server;

    @BeforeEach
    void start() throws Exception {
        Certificates.authority(folder, "ca");
        Certificates.signed(folder, "server", "ca");
        Certificates.signed(folder, "client", "ca");
        Certificates.signed(folder, "renewed", "ca");
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        SSLContext context = SslBundle.of(new PemSslStoreBundle(
                        PemSslStoreDetails.forCertificate(text("server.pem")).withPrivateKey(text("server.key")),
                        PemSslStoreDetails.forCertificate(text("ca.pem"))))
                .createSslContext();
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters required = context.getDefaultSSLParameters();
                required.setNeedClientAuth(true);
                parameters.setSSLParameters(required);
            }
        });
        server.createContext("/", this::answer);
        // A call that is held keeps no other waiting.
        server.setExecutor(executor);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        executor.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws java.io.IOException {
        if (exchange.getRequestURI().getPath().equals("/held")) {
            heldCalls.incrementAndGet();
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
        }
        SSLSession session = ((com.sun.net.httpserver.HttpsExchange) exchange).getSSLSession();
        Principal caller = session.getPeerPrincipal();
        callers.add(caller.getName());
        byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void aPrivateAuthorityAndACertificateOfOnesOwn() {
        try (UpstreamClient client = client("localhost", tls("ca.pem", "client.pem", "client.key"))) {
            assertThat(client.get(client.endpoint("/v1/models"), TIMEOUT).status())
                    .isEqualTo(200);
        }
        assertThat(callers).containsExactly("CN=client");
    }

    @Test
    void withoutTheAuthorityOrACertificateTheServerCannotBeReached() {
        assertThat(failure(null).getMessage()).isEqualTo("the b backend cannot be reached");
        assertThat(failure(tls(null, "client.pem", "client.key")).code()).isEqualTo(ErrorCode.UNAVAILABLE);
        // A server may refuse only after the handshake, and close the connection while the request is still sent.
        assertThat(failure(tls("ca.pem", null, null)).code()).isIn(ErrorCode.UNAVAILABLE, ErrorCode.BACKEND_FAILED);
        assertThat(callers).isEmpty();
    }

    private InferenceException failure(UpstreamTls tls) {
        try (UpstreamClient client = client("localhost", tls)) {
            return catchThrowableOfType(InferenceException.class, () -> client.get(client.endpoint("/"), TIMEOUT));
        }
    }

    @Test
    void theServersNameIsVerified() {
        try (UpstreamClient client = client("127.0.0.1", tls("ca.pem", "client.pem", "client.key"))) {
            assertThatThrownBy(() -> client.get(client.endpoint("/"), TIMEOUT))
                    .isInstanceOfSatisfying(
                            InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        }
        assertThat(callers).isEmpty();
    }

    @Test
    void renewedFilesAreUsedAndBrokenOnesAreNot(CapturedOutput output) throws Exception {
        copy("client", "own");
        LiveTls live = new LiveTls(
                "b", tls("ca.pem", "own.pem", "own.key"), () -> callers.add("renewed"), Duration.ofMillis(20));
        try (live) {
            Files.writeString(folder.resolve("own.pem"), "no certificate");
            // The two files of a renewal are written one after the other, with any time between.
            Files.writeString(folder.resolve("own.pem"), text("renewed.pem"));
            await().atMost(TIMEOUT).until(() -> output.getAll().contains("which is not the key of the certificate in"));
            assertThat(callers).isEmpty();
            copy("renewed", "own");
            await().atMost(TIMEOUT).until(() -> callers.contains("renewed"));
        }
        try (UpstreamClient client = client("localhost", tls("ca.pem", "own.pem", "own.key"))) {
            client.get(client.endpoint("/"), TIMEOUT);
            copy("client", "own");
            await().atMost(TIMEOUT).until(() -> {
                client.get(client.endpoint("/"), TIMEOUT);
                return callers.getLast().equals("CN=client");
            });
        }
        assertThat(callers).contains("CN=renewed");
    }

    @Test
    void aConnectionThatIsInUseDuringARenewalIsNotUsedAgain() throws Exception {
        copy("client", "own");
        try (UpstreamClient client = client("localhost", tls("ca.pem", "own.pem", "own.key"));
                ExecutorService held = Executors.newSingleThreadExecutor()) {
            var answer = held.submit(() -> client.get(client.endpoint("/held"), TIMEOUT.multipliedBy(3)));
            await().atMost(TIMEOUT).until(() -> heldCalls.get() == 1);
            copy("renewed", "own");
            await().atMost(TIMEOUT).until(() -> {
                client.get(client.endpoint("/"), TIMEOUT);
                return callers.getLast().equals("CN=renewed");
            });
            released.countDown();
            answer.get();
            assertThat(callers.getLast()).isEqualTo("CN=client");
            client.get(client.endpoint("/"), TIMEOUT);
            assertThat(callers.getLast()).isEqualTo("CN=renewed");
        } finally {
            released.countDown();
        }
    }

    @Test
    void filesThatCannotBeUsedAreNamed() throws Exception {
        Files.writeString(folder.resolve("odd.pem"), "odd");
        assertThatThrownBy(() -> client("localhost", tls("odd.pem", null, null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("odd.pem', which is no PEM file");
        assertThatThrownBy(() -> client("localhost", tls("none.pem", null, null)))
                .hasMessageContaining("none.pem', which cannot be read");
        assertThatThrownBy(() -> client("localhost", tls("ca.pem", "client.pem", "odd.pem")))
                .hasMessageContaining("odd.pem', which is no PEM file");
        assertThatThrownBy(() -> client("localhost", tls("ca.pem", "client.pem", "client.pem")))
                .hasMessageContaining("client.pem', which holds no private key");
        assertThatThrownBy(() -> client("localhost", tls("ca.pem", "client.pem", "renewed.key")))
                .hasMessageContaining("renewed.key', which is not the key of the certificate in ");
        assertThatThrownBy(() -> new UpstreamTls(null, folder.resolve("client.pem"), null))
                .hasMessage("a certificate and its key are needed together");
    }

    private UpstreamClient client(String host, UpstreamTls tls) {
        URI url = URI.create("https://" + host + ":" + server.getAddress().getPort());
        return new UpstreamClient(
                Connection.of("b", url, null, Duration.ofSeconds(30)).withTls(tls));
    }

    private UpstreamTls tls(String authority, String certificate, String key) {
        return new UpstreamTls(path(authority), path(certificate), path(key));
    }

    private Path path(String name) {
        return name == null ? null : folder.resolve(name);
    }

    private String text(String name) throws Exception {
        return Files.readString(folder.resolve(name));
    }

    private void copy(String from, String to) throws Exception {
        for (String end : List.of(".pem", ".key")) {
            Files.copy(folder.resolve(from + end), folder.resolve(to + end), StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
