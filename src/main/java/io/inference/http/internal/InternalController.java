package io.inference.http.internal;

import java.util.Map;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code /internal/…}, and {@code /admin/…} for the console. The security chain admits only callers with a key or an
 * admin's token.
 */
@RestController
class InternalController {
    private final Reports reports;

    InternalController(Reports reports) {
        this.reports = reports;
    }

    @GetMapping({"/internal/config", "/admin/config"})
    ResponseEntity<Map<String, ?>> config() {
        return answer(reports.config());
    }

    @GetMapping({"/internal/status", "/admin/status"})
    ResponseEntity<Map<String, ?>> status() {
        return answer(reports.status());
    }

    private static ResponseEntity<Map<String, ?>> answer(Map<String, ?> report) {
        return ResponseEntity.ok().header("Cache-Control", "no-store").body(report);
    }
}
