package io.inference.image.remote;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches pictures from servers on the public internet. A name is resolved once for each connection, which goes to the
 * resolved address, so that a second answer of its DNS server is never used; the address is checked again when the
 * socket connects. Every redirect is checked like the first URL. No credentials, cookies or proxies; ports 80 and 443
 * alone. A refusal does not say why, since that would describe this network to the caller.
 */
public final class RemoteImages implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RemoteImages.class);
    private static final int MOST_REDIRECTS = 3;
    private static final int LONGEST_URL = 4096;
    private static final int BLOCK = 64 << 10;
    private static final Timeout CONNECT = Timeout.ofSeconds(5);
    private static final Timeout SILENCE = Timeout.ofSeconds(10);
    private static final Duration TOTAL = Duration.ofSeconds(30);

    private final CloseableHttpClient client;
    private final Bounds bounds;
    private final long mostBytes;

    /**
     * What may be reached.
     *
     * @param dns resolves names
     * @param address which addresses a connection may go to
     * @param port which ports
     * @param total time for a picture, redirects included
     */
    record Bounds(DnsResolver dns, Predicate<InetAddress> address, Predicate<Integer> port, Duration total) {
        static final Bounds PUBLIC = new Bounds(
                SystemDefaultDnsResolver.INSTANCE,
                PublicAddresses::isPublic,
                port -> port == -1 || port == 80 || port == 443,
                TOTAL);
    }

    /** @param mostBytes largest picture */
    public RemoteImages(long mostBytes) {
        this(mostBytes, Bounds.PUBLIC);
    }

    RemoteImages(long mostBytes, Bounds bounds) {
        this.mostBytes = mostBytes;
        this.bounds = bounds;
        this.client = HttpClients.custom()
                .setConnectionManager(new Connections(bounds).build())
                .setConnectionReuseStrategy((request, response, context) -> false)
                .setDefaultRequestConfig(
                        RequestConfig.custom().setResponseTimeout(SILENCE).build())
                .setUserAgent("inference-service")
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression()
                .build();
    }

    /** Connects to addresses that are allowed, and to no others. */
    private static final class Connections extends PoolingHttpClientConnectionManagerBuilder {
        private final Bounds bounds;

        Connections(Bounds bounds) {
            this.bounds = bounds;
            setDefaultConnectionConfig(ConnectionConfig.custom()
                    .setConnectTimeout(CONNECT)
                    .setSocketTimeout(SILENCE)
                    .build());
        }

        @Override
        protected HttpClientConnectionOperator createConnectionOperator(
                org.apache.hc.client5.http.SchemePortResolver ports, DnsResolver ignored, TlsSocketStrategy tls) {
            return new DefaultHttpClientConnectionOperator(
                    proxy -> new CheckedSocket(bounds.address()),
                    ports,
                    new Resolver(bounds),
                    RegistryBuilder.<TlsSocketStrategy>create()
                            .register(URIScheme.HTTPS.id, DefaultClientTlsStrategy.createDefault())
                            .build());
        }
    }

    /** Resolves only names whose addresses are all allowed: one that mixes them is made to deceive. */
    private record Resolver(Bounds bounds) implements DnsResolver {
        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            InetAddress[] addresses = bounds.dns().resolve(host);
            for (InetAddress address : addresses) {
                if (!bounds.address().test(address)) {
                    throw new UnknownHostException(host + " has an address that is not public");
                }
            }
            return addresses;
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }
    }

    private static final class CheckedSocket extends Socket {
        private final Predicate<InetAddress> allowed;

        CheckedSocket(Predicate<InetAddress> allowed) {
            super(Proxy.NO_PROXY);
            this.allowed = allowed;
        }

        @Override
        public void connect(SocketAddress endpoint, int timeout) throws IOException {
            if (!(endpoint instanceof InetSocketAddress address)
                    || address.getAddress() == null
                    || !allowed.test(address.getAddress())) {
                throw new IOException("the address is not public");
            }
            super.connect(endpoint, timeout);
        }
    }

    /**
     * Fetches a picture into memory.
     *
     * @param param the field of the request that names it
     * @return its bytes, of any type
     * @throws InferenceException with {@code INVALID_REQUEST} if it cannot be fetched, {@code TOO_LARGE} if it is
     *     larger than a picture may be
     */
    public byte[] fetch(String url, String param, Call call) {
        long endNanos = System.nanoTime() + bounds.total().toNanos();
        try {
            String next = url;
            for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
                Fetched fetched = get(address(next), endNanos, call);
                if (fetched.body() != null) {
                    return fetched.body();
                }
                next = fetched.location();
            }
            throw new IOException("more than " + MOST_REDIRECTS + " redirects");
        } catch (IOException | URISyntaxException | IllegalArgumentException e) {
            call.throwIfCancelled();
            log.debug("a picture of {} was not fetched: {}", call.id(), e.toString());
            throw InferenceException.invalid(param, "the picture at '" + param + "' cannot be fetched");
        }
    }

    private URI address(String url) throws IOException, URISyntaxException {
        if (url.length() > LONGEST_URL) {
            throw new IOException("a URL of " + url.length() + " characters");
        }
        URI address = new URI(url);
        String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")
                || address.getHost() == null
                || address.getRawUserInfo() != null
                || !bounds.port().test(address.getPort())) {
            throw new IOException("not a URL that may be fetched");
        }
        return new URI(scheme + "://" + address.getRawAuthority()
                + (address.getRawPath().isEmpty() ? "/" : address.getRawPath())
                + (address.getRawQuery() == null ? "" : "?" + address.getRawQuery()));
    }

    /** Either the picture or where it is instead. */
    private record Fetched(byte @Nullable [] body, String location) {}

    private Fetched get(URI address, long endNanos, Call call) throws IOException {
        HttpGet request = new HttpGet(address);
        request.setHeader("Accept", "image/png, image/jpeg, image/webp, image/gif");
        Runnable stop = request::cancel;
        call.onCancel(stop);
        var late = new CompletableFuture<Void>().orTimeout(endNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        var unused = late.exceptionally(e -> {
            request.cancel();
            return null;
        });
        try (ClassicHttpResponse response = client.executeOpen(null, request, null)) {
            int status = response.getCode();
            Header location = response.getFirstHeader("Location");
            if (status / 100 == 3 && location != null) {
                request.cancel();
                return new Fetched(null, address.resolve(location.getValue()).toString());
            }
            if (status != 200 || response.getEntity() == null) {
                request.cancel();
                throw new IOException("status " + status);
            }
            try (InputStream body = response.getEntity().getContent()) {
                return new Fetched(read(body, endNanos, request), "");
            }
        } finally {
            var ignored = late.complete(null);
            call.removeOnCancel(stop);
        }
    }

    private byte[] read(InputStream body, long endNanos, HttpGet request) throws IOException {
        var received = new java.io.ByteArrayOutputStream(BLOCK);
        byte[] block = new byte[BLOCK];
        for (int count = body.read(block); count >= 0; count = body.read(block)) {
            received.write(block, 0, count);
            if (received.size() > mostBytes) {
                request.cancel();
                throw new InferenceException(ErrorCode.TOO_LARGE, "a picture may have at most " + mostBytes + " bytes");
            }
            if (System.nanoTime() - endNanos > 0) {
                request.cancel();
                throw new IOException("too slow");
            }
        }
        return received.toByteArray();
    }

    @Override
    public void close() throws IOException {
        client.close();
    }
}
