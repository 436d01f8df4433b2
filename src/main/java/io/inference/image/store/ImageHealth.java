package io.inference.image.store;

import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;

/** Health of the store of pictures. If it cannot be used, the service stays ready: models of texts work without it. */
final class ImageHealth implements HealthIndicator {
    static final Status UNAVAILABLE = new Status("UNAVAILABLE");

    private final ImageUpkeep upkeep;

    ImageHealth(ImageUpkeep upkeep) {
        this.upkeep = upkeep;
    }

    @Override
    public Health health() {
        String problem = upkeep.problem();
        return problem == null
                ? Health.up().build()
                : Health.status(UNAVAILABLE).withDetail("reason", problem).build();
    }
}
