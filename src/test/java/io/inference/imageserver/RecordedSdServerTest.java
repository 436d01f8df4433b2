package io.inference.imageserver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/**
 * The backends with the recorded exchanges of a real server. A request fails the test if it differs from the recorded
 * one in its method, its path or a value, and so does a recorded one that is not sent.
 */
class RecordedSdServerTest extends SdServerContract {
    private static final Exchange.Answer NOT_RECORDED = new Exchange.Answer(500, "text/plain", "not recorded");

    private final List<Exchange> left = new ArrayList<>();
    private List<Exchange> recorded;
    private ExchangeServer server;

    @Override
    ExchangeServer server(String exchanges) {
        recorded = Exchange.recorded(exchanges);
        left.addAll(recorded);
        server = new ExchangeServer((sent, request) -> answer(request));
        return server;
    }

    /** The next answer to the same request; who asks for a state once more gets the last one again. */
    private synchronized Exchange.Answer answer(Exchange.Request request) {
        for (Exchange next : left) {
            if (next.request().equals(request)) {
                left.remove(next);
                return next.answer();
            }
        }
        return recorded.reversed().stream()
                .filter(exchange -> asksForAState(request) && exchange.request().equals(request))
                .findFirst()
                .map(Exchange::answer)
                .orElse(NOT_RECORDED);
    }

    private static boolean asksForAState(Exchange.Request request) {
        return request.method().equals("GET") || request.path().endsWith("/progress");
    }

    @Override
    void fillQueue() {
        // It was full when the exchange was recorded.
    }

    /** How often and whether a state is asked for depends on how long the server takes. */
    @AfterEach
    void requestsAreTheRecordedOnes() {
        server.close();
        assertThat(server.exchanges()).extracting(Exchange::answer).doesNotContain(NOT_RECORDED);
        assertThat(left).extracting(Exchange::request).allMatch(RecordedSdServerTest::asksForAState);
    }
}
