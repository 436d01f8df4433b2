package io.inference.routes.flow;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.inference.api.call.Call;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.direct.DirectConsumerNotAvailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * After a backend failed: sets the header {@code InferenceBackend} to the next one that has the model. Fails with the
 * backend's own failure if there is no other backend, if the request is at fault, or if the caller has disconnected.
 */
public class NextBackendProcessor implements Processor {
    private static final Logger log = LoggerFactory.getLogger(NextBackendProcessor.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    @Override
    public void process(Exchange exchange) {
        InferenceException failure = reason(exchange);
        Call call = exchange.getProperty(Call.PROPERTY, Call.class);
        boolean hopeless = failure.code().isCallersFault() && failure.code() != ErrorCode.MODEL_NOT_FOUND;
        String next = hopeless || call.cancelled() != null ? null : FindBackendProcessor.next(exchange);
        if (next == null) {
            throw failure;
        }
        log.warn(
                "{} {}{}; going on to {}",
                call.id(),
                failure.getMessage(),
                failure.particulars().map(what -> ": " + what).orElse(""),
                next);
        exchange.getMessage().setHeader(RouteHeaders.BACKEND, next);
    }

    /** Why the backend that was asked last failed. */
    public static InferenceException reason(Exchange exchange) {
        Throwable caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (caught == null) {
            // An open breaker did not call the backend; Camel does not expose the breaker's exception.
            return leftAlone(exchange);
        }
        for (Throwable cause = caught; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case InferenceException known -> {
                    return known;
                }
                case CallNotPermittedException open -> {
                    return leftAlone(exchange);
                }
                case DirectConsumerNotAvailableException missing -> {
                    return InferenceException.notConfigured(
                            "model",
                            "there is no backend '" + exchange.getMessage().getHeader(RouteHeaders.BACKEND) + "'");
                }
                default -> {}
            }
        }
        return InferenceException.of(caught);
    }

    private static InferenceException leftAlone(Exchange exchange) {
        return InferenceException.retryLater(
                ErrorCode.UNAVAILABLE,
                "the " + exchange.getMessage().getHeader(RouteHeaders.BACKEND)
                        + " backend has failed repeatedly and is left alone for a moment",
                RETRY_AFTER);
    }
}
