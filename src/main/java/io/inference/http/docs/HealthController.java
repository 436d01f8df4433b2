package io.inference.http.docs;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.health.HealthComponent;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.boot.actuate.health.Status;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Whether the service is up, without authentication and details. The management port reports more. */
@RestController
class HealthController {
    private final ObjectProvider<HealthEndpoint> health;

    HealthController(ObjectProvider<HealthEndpoint> health) {
        this.health = health;
    }

    @GetMapping(path = "/health")
    ResponseEntity<String> health() {
        boolean up = isUp();
        return ResponseEntity.status(up ? 200 : 503)
                .contentType(MediaType.APPLICATION_JSON)
                .header("Cache-Control", "no-store")
                .body("{\"status\":\"" + (up ? "UP" : "DOWN") + "\"}");
    }

    private boolean isUp() {
        HealthEndpoint endpoint = health.getIfAvailable();
        if (endpoint == null) {
            return true;
        }
        HealthComponent readiness = endpoint.healthForPath("readiness");
        HealthComponent component = readiness == null ? endpoint.health() : readiness;
        return Status.UP.equals(component.getStatus());
    }
}
