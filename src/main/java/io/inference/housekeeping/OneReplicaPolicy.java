package io.inference.housekeeping;

import io.inference.database.ReplicaLock;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.spi.Policy;

/**
 * Steps that one replica does at a time, in one transaction of the database. While another replica does them, the
 * exchange ends here. The route's id names the task.
 */
final class OneReplicaPolicy implements Policy {
    private final ReplicaLock lock;
    private final TaskFailures failures;

    OneReplicaPolicy(ReplicaLock lock, TaskFailures failures) {
        this.lock = lock;
        this.failures = failures;
    }

    @Override
    public void beforeWrap(Route route, NamedNode definition) {}

    @Override
    public Processor wrap(Route route, Processor steps) {
        String task = route.getRouteId();
        return exchange -> {
            try {
                if (!lock.run(task, () -> run(steps, exchange))) {
                    exchange.setRouteStop(true);
                }
                failures.succeeded(task);
            } catch (ReportedException e) {
                // The steps' own error handler has handled the failure; the transaction is rolled back.
                exchange.setRouteStop(true);
            }
        };
    }

    private static void run(Processor steps, Exchange exchange) throws Exception {
        steps.process(exchange);
        if (exchange.isFailed()) {
            throw exchange.getException();
        }
        if (exchange.getProperty(Exchange.EXCEPTION_CAUGHT) != null) {
            throw new ReportedException();
        }
    }

    private static final class ReportedException extends Exception {
        private static final long serialVersionUID = 1L;
    }
}
