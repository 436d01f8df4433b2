package io.inference.upstream;

import io.inference.api.call.Call;
import io.inference.api.error.InferenceException;
import io.inference.api.stream.ChunkStream;
import io.inference.api.stream.StreamEvent;
import io.inference.upstream.form.Form;
import io.inference.upstream.tls.LiveTls;
import io.inference.upstream.tls.UpstreamTls;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicHeader;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.net.URIAuthority;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests to one server, over pooled connections. No cookies, redirects or retries, except for a connection
 * that the server had closed while it was idle. Blocks the calling thread, which should be virtual; thread-safe.
 */
public final class UpstreamClient implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 1024;
    private static final Timeout LEASE_TIMEOUT = Timeout.ofSeconds(5);
    private static final TimeValue IDLE_LIMIT = TimeValue.ofMinutes(1);
    private static final long SWEEP_NANOS = Duration.ofSeconds(30).toNanos();
    /** Only the call's own deadline ends a generation. */
    private static final RequestConfig UNLIMITED = config(Timeout.DISABLED);

    private static final @Nullable HttpEntity NO_BODY = null;

    private final String root;
    private final String base;
    private final Failures failures;
    private final @Nullable Duration total;
    private final PoolingHttpClientConnectionManager connections;
    private final @Nullable LiveTls tls;
    private final UpstreamRequest.Server server;
    private final AtomicLong sweptNanos = new AtomicLong(System.nanoTime());

    /** @throws IllegalArgumentException if the files of its TLS cannot be used */
    public UpstreamClient(Connection connection) {
        URI baseUrl = connection.url();
        String path = baseUrl.getRawPath() == null ? "" : baseUrl.getRawPath().replaceAll("/+$", "");
        HttpHost host = host(baseUrl);
        this.root = host.toURI();
        this.base = root + path;
        this.failures = new Failures(connection.backend());
        this.total = connection.total();
        UpstreamTls files = connection.tls();
        ConnectionAge age = new ConnectionAge(connection.connectTimeout());
        this.tls = files == null ? null : new LiveTls(connection.backend(), files, age::renew);
        this.connections = pool(tls, age);
        List<Header> headers = new ArrayList<>();
        headers.add(new BasicHeader("Accept-Encoding", "identity"));
        if (connection.apiKey() != null) {
            headers.add(new BasicHeader("Authorization", "Bearer " + connection.apiKey(), true));
        }
        connection.headers().forEach((name, value) -> headers.add(new BasicHeader(name, value, true)));
        this.server = new UpstreamRequest.Server(
                host, HttpClients.createMinimal(connections), this::dropIdleConnections, List.copyOf(headers));
    }

    private static HttpHost host(URI baseUrl) {
        try {
            // The parts of the URI itself are empty if a host's name contains an underscore, as container names do.
            URIAuthority authority = URIAuthority.create(baseUrl.getRawAuthority());
            if (authority == null) {
                throw new IllegalArgumentException("a URL such as http://host:port is needed");
            }
            return new HttpHost(baseUrl.getScheme(), authority.getHostName(), authority.getPort());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("a URL such as http://host:port is needed", e);
        }
    }

    private void dropIdleConnections() {
        connections.closeIdle(TimeValue.ZERO_MILLISECONDS);
    }

    private static PoolingHttpClientConnectionManager pool(@Nullable TlsSocketStrategy tls, ConnectionAge age) {
        // LAX limits each route alone, without the single lock that STRICT takes for every lease.
        return PoolingHttpClientConnectionManagerBuilder.create()
                .setTlsSocketStrategy(tls)
                .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
                .setMaxConnPerRoute(MAX_CONNECTIONS)
                .setMaxConnTotal(MAX_CONNECTIONS)
                .setDefaultSocketConfig(
                        SocketConfig.custom().setTcpNoDelay(true).build())
                .setConnectionConfigResolver(route -> age.config())
                .build();
    }

    private static RequestConfig config(Timeout responseTimeout) {
        return RequestConfig.custom()
                .setConnectionRequestTimeout(LEASE_TIMEOUT)
                .setResponseTimeout(responseTimeout)
                .build();
    }

    /** The URI of one operation, to be created once. */
    public URI endpoint(String path) {
        return URI.create(base + path);
    }

    /**
     * Asks a path from the server's root.
     *
     * @throws InferenceException if there is no answer, or it is not 2xx
     */
    public void check(String path, Duration timeout) {
        Reply reply = get(URI.create(root + path), timeout);
        if (reply.status() / 100 != 2) {
            throw failures.status(reply, null);
        }
    }

    public Failures failures() {
        return failures;
    }

    /**
     * Sends a small request.
     *
     * @param timeout of each wait for the server
     * @throws InferenceException if there is no answer; an answer with an error status is returned
     */
    public Reply get(URI endpoint, Duration timeout) {
        return whole(new UpstreamRequest(server, endpoint, NO_BODY, config(Timeout.of(timeout))), null);
    }

    /** As {@link #get}, sending JSON. */
    public Reply post(URI endpoint, byte[] json, Duration timeout) {
        return whole(new UpstreamRequest(server, endpoint, entity(json), config(Timeout.of(timeout))), null);
    }

    /**
     * The parsed body of a reply.
     *
     * @param refusal converts a reply with an error status into a failure
     * @throws InferenceException the refusal; {@code BACKEND_FAILED} if the body is not valid
     */
    public <T> T read(Reply reply, Function<Reply, InferenceException> refusal, Reply.Reading<T> reading) {
        if (!reply.isOk()) {
            throw refusal.apply(reply);
        }
        try {
            return reading.read(reply.body());
        } catch (IOException e) {
            throw failures.malformed(e);
        }
    }

    /**
     * Sends JSON and waits for the whole answer, until the call ends or the answer has taken too long.
     *
     * @throws InferenceException if there is no answer, or the call is cancelled; an answer with an error status is
     *     returned
     */
    public Reply post(URI endpoint, byte[] json, Call call) {
        return whole(endpoint, entity(json), call);
    }

    /** As {@link #post(URI, byte[], Call)}, sending a form. */
    public Reply post(URI endpoint, Form form, Call call) {
        return whole(endpoint, form.entity(), call);
    }

    /** As {@link #post(URI, byte[], Call)}, sending nothing. */
    public Reply get(URI endpoint, Call call) {
        return whole(endpoint, null, call);
    }

    private Reply whole(URI endpoint, @Nullable HttpEntity body, Call call) {
        return whole(new UpstreamRequest(server, endpoint, body, UNLIMITED), total, call);
    }

    /** As {@link #post(URI, byte[], Duration)}, sending a form. */
    public Reply post(URI endpoint, Form form, Duration timeout) {
        return whole(new UpstreamRequest(server, endpoint, form.entity(), config(Timeout.of(timeout))), null);
    }

    /**
     * Asks for something large, such as a picture, until the call ends.
     *
     * @param timeout of each wait for the server
     * @throws InferenceException if there is no answer, or the call is cancelled; an answer with an error status is
     *     returned
     */
    public Reply get(URI endpoint, Duration timeout, Call call) {
        return whole(new UpstreamRequest(server, endpoint, NO_BODY, config(Timeout.of(timeout))), null, call);
    }

    private Reply whole(UpstreamRequest exchange, @Nullable Duration limit, Call call) {
        Runnable stop = exchange::stop;
        call.onCancel(stop);
        exchange.stopAfter(limit);
        try {
            return whole(exchange, call);
        } catch (InferenceException e) {
            throw exchange.isLate() && call.cancelled() == null ? failures.late(e) : e;
        } finally {
            exchange.done();
            call.removeOnCancel(stop);
        }
    }

    /**
     * Sends JSON and reads the answer line by line. Returns at once: failures of any kind are thrown by the stream.
     *
     * @param refusal converts an answer with an error status into a failure
     */
    public <E extends StreamEvent> ChunkStream stream(
            URI endpoint, byte[] json, LineDecoder<E> decoder, Function<Reply, InferenceException> refusal, Call call) {
        return stream(endpoint, entity(json), decoder, refusal, call);
    }

    /** As {@link #stream(URI, byte[], LineDecoder, Function, Call)}, sending a form. */
    public <E extends StreamEvent> ChunkStream stream(
            URI endpoint, Form form, LineDecoder<E> decoder, Function<Reply, InferenceException> refusal, Call call) {
        return stream(endpoint, form.entity(), decoder, refusal, call);
    }

    private <E extends StreamEvent> ChunkStream stream(
            URI endpoint,
            HttpEntity body,
            LineDecoder<E> decoder,
            Function<Reply, InferenceException> refusal,
            Call call) {
        sweepIdle();
        UpstreamRequest exchange = new UpstreamRequest(server, endpoint, body, UNLIMITED);
        return new StreamedExchange<>(exchange, decoder, failures, refusal, call).start();
    }

    private static HttpEntity entity(byte[] json) {
        return new ByteArrayEntity(json, ContentType.APPLICATION_JSON);
    }

    private Reply whole(UpstreamRequest exchange, @Nullable Call call) {
        sweepIdle();
        try (ClassicHttpResponse response = exchange.open()) {
            return Replies.read(response, exchange);
        } catch (IOException e) {
            exchange.stop();
            throwIfCancelled(call);
            throw failures.io(e);
        } catch (RuntimeException e) {
            // If the connection is closed during an exchange, it fails in several ways.
            exchange.stop();
            throwIfCancelled(call);
            throw failures.failed("broke off its answer", e);
        }
    }

    private static void throwIfCancelled(@Nullable Call call) {
        if (call != null) {
            call.throwIfCancelled();
        }
    }

    /**
     * Servers close idle connections; this service does so periodically too, so that half-closed ones do not
     * accumulate.
     */
    private void sweepIdle() {
        long now = System.nanoTime();
        long last = sweptNanos.get();
        if (now - last > SWEEP_NANOS && sweptNanos.compareAndSet(last, now)) {
            connections.closeIdle(IDLE_LIMIT);
        }
    }

    @Override
    public void close() {
        if (tls != null) {
            tls.close();
        }
        connections.close(CloseMode.IMMEDIATE);
    }
}
