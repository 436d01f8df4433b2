package io.inference.housekeeping;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs why a task fails: one line when it starts to fail or the reason changes, and one when it succeeds again. */
final class TaskFailures {
    private static final Logger log = LoggerFactory.getLogger(TaskFailures.class);

    private final Map<String, String> reasons = new ConcurrentHashMap<>();

    /** Records the failure of an exchange, for the route that it began in. */
    void report(Exchange exchange) {
        String task = exchange.getFromRouteId();
        Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
        String reason = reason(failure);
        if (!reason.equals(reasons.put(task, reason))) {
            log.warn("{} cannot be done, trying on: {}", task, reason);
        }
        log.debug("{} failed", task, failure);
    }

    void succeeded(String task) {
        if (reasons.remove(task) != null) {
            log.info("{} is done again", task);
        }
    }

    private static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = root.getMessage();
        return message == null
                ? root.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }
}
