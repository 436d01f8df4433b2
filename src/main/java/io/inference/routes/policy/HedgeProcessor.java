package io.inference.routes.policy;

import io.inference.api.answer.ChatAnswer;
import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.request.InferenceRequest;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.ExchangeHelper;

/**
 * Asks a second backend if the first has given no first chunk in time, and takes the answer that begins first; the
 * other attempt is cancelled at its backend. Properties of the exchange: {@value #AFTER} milliseconds to wait, and
 * {@value #PERCENT} of the requests of this route that may be asked twice (5 if it is not set); {@value #ROUTE} may
 * name the route that asks backends.
 */
public class HedgeProcessor implements Processor {
    static final String AFTER = "InferenceHedgeAfter";
    static final String PERCENT = "InferenceHedgePercent";
    static final String ROUTE = "InferenceHedgeRoute";

    private static final double USUAL_PERCENT = 5;

    private final Map<String, HedgeBudget> budgets = new ConcurrentHashMap<>(); // one for each route
    private final Counter begun;
    private final Counter won;

    HedgeProcessor(MeterRegistry registry) {
        this.begun = counter(registry, "begun");
        this.won = counter(registry, "won");
    }

    private static Counter counter(MeterRegistry registry, String outcome) {
        return Counter.builder("inference.hedges")
                .description("Requests of which a second backend was asked as well, and those that it answered first")
                .tag("outcome", outcome)
                .register(registry);
    }

    @Override
    public void process(Exchange exchange) throws InterruptedException {
        double after = Numbers.positive(exchange, AFTER);
        HedgeBudget budget = budgets.computeIfAbsent(ExchangeHelper.getAtRouteId(exchange), route -> new HedgeBudget());
        budget.add(exchange.getProperty(PERCENT) == null ? USUAL_PERCENT : Numbers.positive(exchange, PERCENT));
        InferenceRequest request = exchange.getMessage().getBody(InferenceRequest.class);
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        Ask ask = new Ask(exchange, ROUTE);
        Attempt first = Attempt.start(ask, request, call, "", null);
        if (answersWithin(first, after) || !budget.take()) {
            take(first, exchange, call);
            return;
        }
        begun.increment();
        Attempt second =
                Attempt.start(ask, request, call, "-hedge", first.call().backend());
        Attempt winner = firstOf(first, second);
        (winner.equals(first) ? second : first).abandon();
        if (winner.equals(second)) {
            won.increment();
        }
        take(winner, exchange, call);
    }

    /** Whether the attempt has ended in time, with an answer or a failure. */
    private static boolean answersWithin(Attempt attempt, double millis) throws InterruptedException {
        try {
            var unused = attempt.answer().get((long) millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** The attempt that answers first; if both fail, the first. */
    private static Attempt firstOf(Attempt first, Attempt second) throws InterruptedException {
        CompletableFuture<Attempt> winner = new CompletableFuture<>();
        for (Attempt each : List.of(first, second)) {
            var unused = each.answer().thenRun(() -> winner.complete(each));
        }
        var unused = CompletableFuture.allOf(
                        first.answer().exceptionally(e -> first),
                        second.answer().exceptionally(e -> second))
                .thenRun(() -> winner.complete(first));
        try {
            return winner.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void take(Attempt winner, Exchange exchange, Call call) throws InterruptedException {
        Object answer;
        try {
            answer = winner.answer().get();
        } catch (ExecutionException e) {
            call.setBackend(winner.call().backend());
            throw InferenceException.of(e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            winner.abandon();
            throw e;
        }
        if (call.cancelled() != null) {
            winner.abandon();
            throw Call.cancellation(ErrorCode.CANCELLED);
        }
        call.setModel(winner.call().model());
        call.setBackend(winner.call().backend());
        call.addDropped(winner.call().dropped());
        call.setUsage(winner.call().usage());
        call.markFirstToken();
        exchange.getMessage()
                .setBody(
                        answer instanceof ChatAnswer.Streamed stream
                                ? new ChatAnswer.Streamed(
                                        stream.model(), new WinnersStream(stream.chunks(), winner.call(), call))
                                : answer);
    }
}
