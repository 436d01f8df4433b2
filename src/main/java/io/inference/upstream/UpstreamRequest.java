package io.inference.upstream;

import java.io.IOException;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.EndpointDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.jspecify.annotations.Nullable;

/** One request, which any thread can stop at any time. */
final class UpstreamRequest {
    /** Resources shared by all requests to one server. */
    record Server(HttpHost host, CloseableHttpClient client, Runnable dropIdleConnections, List<Header> headers) {}

    private final Server server;
    private final URI uri;
    private final @Nullable HttpEntity body;
    private final RequestConfig config;
    private final CompletableFuture<Void> done = new CompletableFuture<>();
    private volatile boolean late;
    private volatile boolean stopped;
    private volatile @Nullable HttpUriRequestBase current;

    UpstreamRequest(Server server, URI uri, byte @Nullable [] json, RequestConfig config) {
        this(server, uri, json == null ? null : new ByteArrayEntity(json, ContentType.APPLICATION_JSON), config);
    }

    /** @param body that can be sent more than once; null for a GET */
    UpstreamRequest(Server server, URI uri, @Nullable HttpEntity body, RequestConfig config) {
        this.server = server;
        this.uri = uri;
        this.body = body;
        this.config = config;
    }

    /**
     * Sends the request and waits for the head of the answer. That the server closed the connection while it was idle
     * is found out only now: then, and only then, the request is sent once more.
     */
    ClassicHttpResponse open() throws IOException {
        HttpClientContext context = HttpClientContext.create();
        try {
            return send(context);
        } catch (NoHttpResponseException | SocketException e) {
            EndpointDetails connection = context.getEndpointDetails();
            if (stopped || connection == null || connection.getRequestCount() <= 1) {
                throw e;
            }
        }
        server.dropIdleConnections().run();
        return send(HttpClientContext.create());
    }

    private ClassicHttpResponse send(HttpClientContext context) throws IOException {
        HttpUriRequestBase request = new HttpUriRequestBase(body == null ? "GET" : "POST", uri);
        request.setConfig(config);
        server.headers().forEach(request::addHeader);
        if (body != null) {
            request.setEntity(body);
        }
        current = request;
        if (stopped) {
            request.cancel();
        }
        return server.client().executeOpen(server.host(), request, context);
    }

    /** Stops if it is not done after a time; null for no limit. */
    void stopAfter(@Nullable Duration time) {
        if (time != null) {
            var ignored = done.orTimeout(time.toNanos(), TimeUnit.NANOSECONDS).whenComplete((none, tooLate) -> {
                if (tooLate != null) {
                    late = true;
                    stop();
                }
            });
        }
    }

    /** Whether it was stopped because its time was over. */
    boolean isLate() {
        return late;
    }

    /** Cancels the timer, which would keep the request in memory until then. */
    void done() {
        done.complete(null);
    }

    boolean isStopped() {
        return stopped;
    }

    /** Closes the connection, which makes the server stop. Does nothing once the answer was read to its end. */
    void stop() {
        stopped = true;
        HttpUriRequestBase request = current;
        if (request != null) {
            request.cancel();
        }
    }
}
