package io.inference.broker;

import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;

/** Health of the broker. An unavailable broker does not make the service unready: the other doors work without it. */
final class BrokerHealth implements HealthIndicator {
    static final Status UNAVAILABLE = new Status("UNAVAILABLE");

    private final Broker broker;

    public BrokerHealth(Broker broker) {
        this.broker = broker;
    }

    @Override
    public Health health() {
        String state = broker.state();
        if (state.equals(Broker.UP)) {
            return Health.up().build();
        }
        return Health.status(broker.isOff() ? Status.UNKNOWN : UNAVAILABLE)
                .withDetail("reason", state)
                .build();
    }
}
