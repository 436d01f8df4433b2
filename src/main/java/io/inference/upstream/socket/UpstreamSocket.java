package io.inference.upstream.socket;

import io.inference.upstream.Connection;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolConfig;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler;
import io.netty.handler.codec.http.websocketx.WebSocketClientProtocolHandler.ClientHandshakeStateEvent;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameAggregator;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket to a server, read message by message by one thread. Reading stops while messages wait to be taken, so
 * that a slow reader slows down the server. {@link #close} may be called from any thread.
 *
 * <p>By Netty: Java's own client confuses the order of frames that arrive with the answer to the handshake.
 */
public final class UpstreamSocket implements AutoCloseable {
    private static final int MAX_MESSAGE_BYTES = 32 << 20;
    private static final int MAX_ANSWER_BYTES = 64 << 10;
    /** As many may wait before reading stops. */
    private static final int MAX_WAITING = 16;

    private final EventLoopGroup loop;
    private final Channel channel;
    private final Messages messages;

    private UpstreamSocket(EventLoopGroup loop, Channel channel, Messages messages) {
        this.loop = loop;
        this.channel = channel;
        this.messages = messages;
    }

    /**
     * Connects within the connection's time limit, with its key and headers.
     *
     * @param tls null for what Java trusts
     * @param path with its query, below the path of the connection's URL
     * @throws IOException if there is no connection, or the server does not accept it
     */
    public static UpstreamSocket open(Connection connection, @Nullable SSLContext tls, String path) throws IOException {
        EventLoopGroup loop =
                new NioEventLoopGroup(1, new DefaultThreadFactory("socket-" + connection.backend(), true));
        try {
            URI url = address(connection.url(), path);
            boolean secure = url.getScheme().equals("wss");
            int port = url.getPort() >= 0 ? url.getPort() : secure ? 443 : 80;
            SSLContext trust = !secure ? null : tls == null ? SSLContext.getDefault() : tls;
            var handshake = new WebSocketClientProtocolHandler(WebSocketClientProtocolConfig.newBuilder()
                    .webSocketUri(url)
                    .customHeaders(headers(connection))
                    // The origin of a page, which this is not; servers compare it with their own.
                    .generateOriginHeader(false)
                    .maxFramePayloadLength(MAX_MESSAGE_BYTES)
                    .handshakeTimeoutMillis(connection.connectTimeout().toMillis())
                    .build());
            var messages = new Messages();
            ChannelFuture connected = new Bootstrap()
                    .group(loop)
                    .channel(NioSocketChannel.class)
                    .option(
                            ChannelOption.CONNECT_TIMEOUT_MILLIS,
                            Math.toIntExact(connection.connectTimeout().toMillis()))
                    .handler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel channel) {
                            if (trust != null) {
                                channel.pipeline().addLast(new SslHandler(engine(trust, url.getHost(), port)));
                            }
                            channel.pipeline()
                                    .addLast(
                                            new HttpClientCodec(),
                                            new HttpObjectAggregator(MAX_ANSWER_BYTES),
                                            handshake,
                                            new WebSocketFrameAggregator(MAX_MESSAGE_BYTES),
                                            messages);
                        }
                    })
                    .connect(url.getHost(), port);
            connected.addListener(done -> {
                if (!done.isSuccess()) {
                    messages.accepted.completeExceptionally(done.cause());
                }
            });
            // Each step has a time limit of its own.
            messages.accepted.join();
            return new UpstreamSocket(loop, connected.channel(), messages);
        } catch (CompletionException | IllegalArgumentException | NoSuchAlgorithmException e) {
            stop(loop);
            throw new IOException("no WebSocket to the " + connection.backend() + " backend", e);
        }
    }

    private static URI address(URI base, String path) {
        String scheme = base.getScheme().equals("https") ? "wss" : "ws";
        String prefix = base.getRawPath() == null ? "" : base.getRawPath().replaceAll("/+$", "");
        return URI.create(scheme + "://" + base.getRawAuthority() + prefix + path);
    }

    private static HttpHeaders headers(Connection connection) {
        HttpHeaders headers = new DefaultHttpHeaders();
        if (connection.apiKey() != null) {
            headers.set(HttpHeaderNames.AUTHORIZATION, "Bearer " + connection.apiKey());
        }
        connection.headers().forEach(headers::set);
        return headers;
    }

    private static SSLEngine engine(SSLContext trust, String host, int port) {
        SSLEngine engine = trust.createSSLEngine(host, port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        // The name in the certificate must be the host's.
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        return engine;
    }

    /**
     * The next message; null if none arrived in time.
     *
     * @throws IOException if the connection is closed or broken
     */
    public @Nullable SocketMessage next(Duration timeout) throws IOException, InterruptedException {
        Object next = messages.arrived.poll(timeout.toNanos(), TimeUnit.NANOSECONDS);
        return switch (next) {
            case null -> null;
            case SocketMessage message -> {
                messages.readIfFewWait(channel);
                yield message;
            }
            default -> {
                messages.arrived.add(next);
                throw new IOException("the WebSocket is closed", messages.failure);
            }
        };
    }

    /** Never waits for the server. */
    @Override
    public void close() {
        stop(loop);
    }

    private static void stop(EventLoopGroup loop) {
        // Closes the connection as well.
        var _ = loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }

    /** Keeps whole messages until they are taken. */
    private static final class Messages extends SimpleChannelInboundHandler<WebSocketFrame> {
        private static final Object END = new Object();

        /** Messages, and {@link #END} as the last. */
        private final BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();

        /** Whether the server accepted the WebSocket. */
        private final CompletableFuture<@Nullable Void> accepted = new CompletableFuture<>();

        private volatile @Nullable Throwable failure;

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ClientHandshakeStateEvent.HANDSHAKE_COMPLETE) {
                accepted.complete(null);
            } else if (event == ClientHandshakeStateEvent.HANDSHAKE_TIMEOUT) {
                accepted.completeExceptionally(new IOException("no answer in time"));
            }
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, WebSocketFrame frame) {
            arrived.add(
                    frame instanceof TextWebSocketFrame text
                            ? new SocketMessage.Text(text.text())
                            : new SocketMessage.Binary(ByteBufUtil.getBytes(frame.content())));
            if (arrived.size() >= MAX_WAITING) {
                context.channel().config().setAutoRead(false);
                // All of them may have been taken in between.
                readIfFewWait(context.channel());
            }
        }

        private void readIfFewWait(Channel channel) {
            if (arrived.size() < MAX_WAITING && !channel.config().isAutoRead()) {
                channel.config().setAutoRead(true);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            accepted.completeExceptionally(new IOException("the server closed the connection", failure));
            arrived.add(END);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            failure = cause;
            var _ = context.close();
        }
    }
}
