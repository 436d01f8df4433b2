package io.inference.local;

import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;

/**
 * Health of the local model. While it loads, the service is not ready, so that a rolling update does not stop the pods
 * that can answer. A model that cannot run has a status of its own, which does not make the service unready: the other
 * backends serve.
 */
final class LocalModelHealth implements HealthIndicator {
    static final Status UNAVAILABLE = new Status("UNAVAILABLE");

    private final LocalModels models;

    public LocalModelHealth(LocalModels models) {
        this.models = models;
    }

    @Override
    public Health health() {
        return switch (models.state()) {
            case OFF -> Health.up().withDetail("reason", "LOCAL_ENGINE=off").build();
            case READY -> Health.up().withDetail("model", models.id()).build();
            case LOADING ->
                Health.outOfService()
                        .withDetail("model", models.id())
                        .withDetail("state", "loading")
                        .build();
            case FAILED ->
                Health.status(UNAVAILABLE)
                        .withDetail("model", models.id())
                        .withDetail(
                                "reason",
                                models.failure().map(Throwable::getMessage).orElse(""))
                        .build();
        };
    }
}
