package io.inference.broker;

import java.util.function.Supplier;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;

/** Tells whether the broker can be used. One that is away does not make the service unready: the other doors go on without it. */
public final class BrokerHealth implements HealthIndicator {
    static final Status AWAY = new Status("AWAY");

    private final Supplier<String> state;

    /** @param state {@code up}, or why the broker cannot be used */
    public BrokerHealth(Supplier<String> state) {
        this.state = state;
    }

    @Override
    public Health health() {
        String told = state.get();
        return told.equals(Broker.UP)
                ? Health.up().build()
                : Health.status(AWAY).withDetail("reason", told).build();
    }
}
