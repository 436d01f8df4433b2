package io.inference.routes.policy;

import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.error.StillLoadingException;
import io.inference.routes.flow.FindBackendProcessor;
import io.inference.routes.flow.NextBackendProcessor;
import io.inference.routes.flow.RouteHeaders;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * After the last backend that has the model failed: waits and makes it the next one again, so that
 * {@code nextBackendProcessor} takes it. A backend that is loading the model is waited for until the call's deadline.
 * One that is busy or unavailable is asked again {@value #RETRIES} times (an exchange property; none if it is not set),
 * after the time that it named. Nothing happens while other backends are left, or if the deadline is earlier.
 */
public class RetryProcessor implements Processor {
    static final String RETRIES = "InferenceRetries";

    private static final String DONE = "InferenceRetriesDone";
    private static final Set<ErrorCode> TEMPORARY =
            EnumSet.of(ErrorCode.OVERLOADED, ErrorCode.UNAVAILABLE, ErrorCode.RATE_LIMITED);
    private static final Logger log = LoggerFactory.getLogger(RetryProcessor.class);

    @Override
    public void process(Exchange exchange) throws InterruptedException {
        InferenceException failure = NextBackendProcessor.reason(exchange);
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        String backend = exchange.getMessage().getHeader(RouteHeaders.BACKEND, String.class);
        if (backend == null || FindBackendProcessor.hasOthers(exchange) || !isWorthIt(failure, exchange)) {
            return;
        }
        Duration pause = failure.retryAfter().orElse(Duration.ofSeconds(1));
        if (call.remaining().compareTo(pause) <= 0) {
            return;
        }
        log.info("{} {}; asked again in {} ms", call.id(), failure.getMessage(), pause.toMillis());
        await(call, pause);
        FindBackendProcessor.again(exchange, backend);
    }

    private static boolean isWorthIt(InferenceException failure, Exchange exchange) {
        if (failure instanceof StillLoadingException) {
            return failure.code() == ErrorCode.OVERLOADED;
        }
        if (!TEMPORARY.contains(failure.code()) || exchange.getProperty(RETRIES) == null) {
            return false;
        }
        int done = exchange.getProperty(DONE, 0, Integer.class);
        exchange.setProperty(DONE, done + 1);
        return done < Numbers.positive(exchange, RETRIES);
    }

    /** Ends early if the call is cancelled. */
    private static void await(Call call, Duration pause) throws InterruptedException {
        CountDownLatch cancelled = new CountDownLatch(1);
        Runnable hook = cancelled::countDown;
        call.onCancel(hook);
        try {
            boolean early = cancelled.await(pause.toNanos(), TimeUnit.NANOSECONDS);
            if (early) {
                call.throwIfCancelled();
            }
        } finally {
            call.removeOnCancel(hook);
        }
    }
}
