package io.inference.imageserver;

import io.inference.stub.StubServer;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server whose answers come from elsewhere, and which keeps the exchanges. */
final class ExchangeServer implements AutoCloseable {
    /** Where the answers come from. */
    interface Source {
        Exchange.Answer answer(StubServer.Request sent, Exchange.Request request) throws Exception;
    }

    private final List<Exchange> exchanges = new CopyOnWriteArrayList<>();
    private final StubServer server;

    ExchangeServer(Source source) {
        server = new StubServer((sent, connection) -> {
            Exchange.Request request = Exchange.Request.of(sent);
            Exchange.Answer answer = source.answer(sent, request);
            exchanges.add(new Exchange(request, answer));
            answer.sendTo(connection);
        });
    }

    URI url() {
        return server.url();
    }

    /** All exchanges so far. */
    List<Exchange> exchanges() {
        return exchanges;
    }

    @Override
    public void close() {
        server.close();
    }
}
