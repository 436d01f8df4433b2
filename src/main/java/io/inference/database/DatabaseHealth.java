package io.inference.database;

import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;

/**
 * Health of the database. An unavailable database has a status of its own, which does not make the service unready:
 * models answer without it.
 */
final class DatabaseHealth implements HealthIndicator {
    static final Status UNAVAILABLE = new Status("UNAVAILABLE");

    private final Database database;

    public DatabaseHealth(Database database) {
        this.database = database;
    }

    @Override
    public Health health() {
        String state = database.state();
        return state.equals("up")
                ? Health.up().build()
                : Health.status(UNAVAILABLE).withDetail("reason", state).build();
    }
}
