package io.inference.routes.generation;

import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;

/** Up while a generation of routes serves; degraded while the folder is faulty, so that older routes serve. */
class RoutesHealth implements HealthIndicator {
    private final RouteGenerations generations;

    RoutesHealth(RouteGenerations generations) {
        this.generations = generations;
    }

    @Override
    public Health health() {
        RouteGeneration generation = generations.current();
        return generation == null
                ? Health.outOfService().build()
                : Health.up()
                        .withDetail("generation", generation.number())
                        .withDetail("degraded", generations.degraded())
                        .build();
    }
}
