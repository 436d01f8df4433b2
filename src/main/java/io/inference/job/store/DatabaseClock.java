package io.inference.job.store;

import io.inference.database.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;

/**
 * The database's time, so that replicas whose own clocks differ agree on leases. Reads it periodically and continues
 * with this machine's clock.
 */
public final class DatabaseClock implements InstantSource {
    private final Database database;
    private volatile Duration ahead = Duration.ZERO;

    public DatabaseClock(Database database) {
        this.database = database;
    }

    @Override
    public Instant instant() {
        return Instant.now().plus(ahead);
    }

    public void adjust() {
        Instant theirs = database.call(client -> client.sql("SELECT clock_timestamp()")
                        .query(OffsetDateTime.class)
                        .single())
                .toInstant();
        ahead = Duration.between(Instant.now(), theirs);
    }
}
