package io.inference.image.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.stub.StubServer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.DnsResolver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteImagesTest {
    /** Loopback, which these tests treat as the public internet. */
    private static final String PUBLIC = "127.0.0.1";

    /** Treated as a network of one's own. */
    private static final String PRIVATE = "127.0.0.2";

    private final StubServer server = new StubServer(this::answer);
    private final Names names = new Names();
    private final RemoteImages images = images(Duration.ofSeconds(20));
    private final Call call = new Call("call", "test", Duration.ofMinutes(1));

    private RemoteImages images(Duration total) {
        return new RemoteImages(
                1000,
                new RemoteImages.Bounds(
                        names, address -> address.getHostAddress().equals(PUBLIC), port -> true, total));
    }

    private static final class Names implements DnsResolver {
        final Map<String, String[]> answers = new HashMap<>(Map.of("public.example", new String[] {PUBLIC}));
        final AtomicInteger asked = new AtomicInteger();

        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            int number = asked.getAndIncrement();
            String[] answer = answers.getOrDefault(host, new String[] {host});
            if (host.startsWith("rebinding")) {
                return new InetAddress[] {InetAddress.getByName(answer[Math.min(number, answer.length - 1)])};
            }
            InetAddress[] all = new InetAddress[answer.length];
            for (int i = 0; i < all.length; i++) {
                all[i] = InetAddress.getByName(answer[i]);
            }
            return all;
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            throw new AssertionError(host);
        }
    }

    private void answer(StubServer.Request request, StubServer.Connection connection) throws Exception {
        String path = request.path();
        if (path.startsWith("/to/")) {
            connection.whole(302, "text/plain", "", "Location: " + path.substring("/to/".length()));
        } else if (path.equals("/relative")) {
            connection.whole(302, "text/plain", "", "Location: picture");
        } else if (path.equals("/large")) {
            connection.whole(200, "image/png", "x".repeat(1001));
        } else if (path.equals("/endless")) {
            connection.begin(200, "image/png");
            connection.chunk("x");
            connection.awaitDisconnect();
        } else if (path.equals("/missing")) {
            connection.whole(404, "text/plain", "secret of the server");
        } else {
            connection.whole(200, "image/png", "the picture");
        }
    }

    @AfterEach
    void close() throws Exception {
        images.close();
        server.close();
    }

    private String at(String host, String path) {
        return "http://" + host + ":" + server.url().getPort() + path;
    }

    private String fetch(String url) {
        return new String(images.fetch(url, "image_url", call), java.nio.charset.StandardCharsets.UTF_8);
    }

    private void refused(String url) {
        assertThatThrownBy(() -> fetch(url)).as(url).isInstanceOfSatisfying(InferenceException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
            // The same words for every reason.
            assertThat(e).hasMessage("the picture at 'image_url' cannot be fetched");
        });
    }

    @Test
    void aPublicPictureIsFetchedAlsoBehindRedirects() {
        assertThat(fetch(at("public.example", "/picture"))).isEqualTo("the picture");
        assertThat(fetch(at("public.example", "/relative"))).isEqualTo("the picture");
        assertThat(fetch(at("public.example", "/to/" + at("public.example", "/picture"))))
                .isEqualTo("the picture");
        assertThat(server.requests().getFirst().headers())
                .containsEntry("host", "public.example:" + server.url().getPort())
                .doesNotContainKeys("authorization", "cookie", "x-forwarded-for");
    }

    @Test
    void privateAddressesAreNeverConnectedTo() {
        names.answers.put("private.example", new String[] {PRIVATE});
        names.answers.put("mixed.example", new String[] {PUBLIC, PRIVATE});
        refused(at("private.example", "/picture"));
        refused(at("mixed.example", "/picture"));
        refused(at(PRIVATE, "/picture"));
        refused(at("2130706434", "/picture"));
        refused(at("0x7f000002", "/picture"));
        assertThat(server.accepted()).isZero();
    }

    @Test
    void aRedirectToAPrivateAddressIsNotFollowed() {
        refused(at("public.example", "/to/" + at(PRIVATE, "/picture")));
        refused(at("public.example", "/to/file:///etc/passwd"));
        refused(at("public.example", "/to/" + at("public.example", "/to/" + at(PRIVATE, "/picture"))));
        assertThat(server.requests())
                .allSatisfy(request -> assertThat(request.path()).startsWith("/to/"));
    }

    @Test
    void aSecondAnswerOfTheDnsServerIsNotUsed() {
        names.answers.put("rebinding.example", new String[] {PUBLIC, PRIVATE});
        assertThat(fetch(at("rebinding.example", "/picture"))).isEqualTo("the picture");
        assertThat(names.asked).hasValue(1);
        // Another connection asks again, and is refused.
        refused(at("rebinding.example", "/picture"));
        assertThat(server.requests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://public.example/picture",
                "file:///etc/passwd",
                "gopher://public.example/",
                "//public.example/picture",
                "picture",
                "",
                "http://user:secret@public.example/picture",
                "http:///picture",
                "http://[::1/picture",
                "jar:http://public.example/x!/y",
            })
    void onlyHttpWithoutCredentialsIsFetched(String url) {
        refused(url);
        assertThat(names.asked).hasValue(0);
    }

    @Test
    void otherPortsThanThoseOfTheWebAreRefused() throws Exception {
        try (RemoteImages strict = new RemoteImages(1000)) {
            assertThatThrownBy(() -> strict.fetch("http://8.8.8.8:6379/", "image", call))
                    .hasMessage("the picture at 'image' cannot be fetched");
        }
    }

    @Test
    void failuresSayNothingOfTheServer() {
        refused(at("public.example", "/missing"));
        refused(at(
                "public.example",
                "/to/"
                        + at(
                                "public.example",
                                "/to/"
                                        + at(
                                                "public.example",
                                                "/to/"
                                                        + at(
                                                                "public.example",
                                                                "/to/" + at("public.example", "/picture"))))));
    }

    @Test
    void aPictureThatIsTooLargeIsCutOff() {
        assertThatThrownBy(() -> fetch(at("public.example", "/large")))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TOO_LARGE));
    }

    @Test
    void aServerThatNeverEndsIsLeft() throws Exception {
        try (RemoteImages hasty = images(Duration.ofMillis(300))) {
            assertThatThrownBy(() -> hasty.fetch(at("public.example", "/endless"), "image_url", call))
                    .hasMessage("the picture at 'image_url' cannot be fetched");
        }
    }

    @Test
    void theEndOfTheCallEndsTheFetch() {
        Thread.ofVirtual().start(() -> {
            while (server.requests().isEmpty()) {
                Thread.yield();
            }
            call.cancel(ErrorCode.CANCELLED);
        });
        assertThatThrownBy(() -> fetch(at("public.example", "/endless")))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED));
    }
}
