package io.inference.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.support.RouteWatcherReloadStrategy;

/**
 * A plain Camel context that forwards chats to an upstream, with the reload that {@code camel.main.routesReloadEnabled}
 * turns on, with Camel's defaults. One route a file, since it loads a file of two twice, and no {@code direct:} step in
 * a chat, since a chat that reaches one while routes are replaced waits for 30 s. Its {@code platform-http} is served
 * by the JDK's server: a path exists while its route does.
 */
final class StockCamel implements AutoCloseable {
    private static final String CHAT = """
            - route:
                id: rest-chat
                from:
                  uri: platform-http
                  parameters:
                    path: /v1/chat/completions
                  steps:
                    - process:
                        ref: upstream
            """;
    private static final String AUTHENTICATE = """
            - route:
                id: authenticate
                from:
                  uri: direct
                  parameters:
                    name: authenticate
                  steps:
                    - setProperty:
                        name: caller
                        constant: anybody
            """;

    private final HttpServer server;
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final RouteWatcherReloadStrategy reload;
    private final HttpClient client = HttpClient.newHttpClient();
    private final URI upstream;

    /** @param folder an empty one */
    StockCamel(Path folder, String upstream) throws Exception {
        this.upstream = URI.create(upstream + "/v1/chat/completions");
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        PlatformHttpComponent http = new PlatformHttpComponent(context);
        http.setEngine(PathConsumer::new);
        context.addComponent("platform-http", http);
        context.getRegistry().bind("upstream", (Processor) this::pass);
        load(Files.writeString(folder.resolve("chat.camel.yaml"), CHAT));
        load(Files.writeString(folder.resolve("authenticate.camel.yaml"), AUTHENTICATE));
        reload = new RouteWatcherReloadStrategy(folder.toString());
        reload.setPattern("*.camel.yaml");
        context.addService(reload);
        context.start();
    }

    private void load(Path file) throws Exception {
        PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.resolveResource(context, "file:" + file));
    }

    String baseUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Number of changes that failed. */
    int failed() {
        return reload.getFailedCounter();
    }

    int routes() {
        return context.getRoutesSize();
    }

    private void pass(Exchange exchange) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(upstream)
                .POST(HttpRequest.BodyPublishers.ofByteArray(
                        exchange.getMessage().getBody(byte[].class)))
                .build();
        exchange.getMessage()
                .setBody(client.send(request, HttpResponse.BodyHandlers.ofInputStream())
                        .body());
    }

    @Override
    public void close() {
        context.stop();
        server.stop(0);
        // Not close, which waits for every stream that a route left open.
        client.shutdownNow();
    }

    /** Serves its path from its start to its stop. */
    private final class PathConsumer extends DefaultConsumer implements PlatformHttpConsumer {
        private final PlatformHttpEndpoint endpoint;

        PathConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
            super(endpoint, processor);
            this.endpoint = endpoint;
        }

        @Override
        public PlatformHttpEndpoint getEndpoint() {
            return endpoint;
        }

        @Override
        protected void doStart() throws Exception {
            super.doStart();
            server.createContext(endpoint.getPath(), this::serve);
        }

        @Override
        protected void doStop() throws Exception {
            server.removeContext(endpoint.getPath());
            super.doStop();
        }

        private void serve(HttpExchange http) throws IOException {
            if (!isRunAllowed() || isSuspended()) {
                // As Camel's own servers do while a route stops.
                http.sendResponseHeaders(503, -1);
                http.close();
                return;
            }
            Exchange exchange = createExchange(false);
            try (http) {
                exchange.getMessage().setBody(http.getRequestBody().readAllBytes());
                getProcessor().process(exchange);
                InputStream answer = exchange.getMessage().getBody(InputStream.class);
                boolean served = exchange.getException() == null && answer != null;
                http.sendResponseHeaders(served ? 200 : 500, served ? 0 : -1);
                if (served) {
                    answer.transferTo(http.getResponseBody());
                }
            } catch (Exception e) {
                throw new IOException(e);
            } finally {
                releaseExchange(exchange, false);
            }
        }
    }
}
