package io.inference.security.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.security.AuditLog;
import io.inference.security.CallDetails;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManagementAccessTest {
    private static final String HEALTH = "/actuator/health/liveness";

    private final ManagementAccess onLoopback = new ManagementAccess(true, new AuditLog());
    private final ManagementAccess inCluster = new ManagementAccess(false, new AuditLog());

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/health", "/actuator/health/readiness", "/actuator/prometheus"})
    void healthAndMetricsAreAnswered(String path) {
        assertThat(onLoopback.refusal(call("GET", path, "127.0.0.1", "localhost:8081", null, false), null))
                .isNull();
        assertThat(inCluster.refusal(call("HEAD", path, "10.1.2.3", "10.1.9.9:8081", null, false), null))
                .isNull();
        assertThat(inCluster.refusal(call("GET", path, "10.1.2.3", "inference.default.svc", null, false), "none"))
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /actuator",
        "GET, /actuator/env",
        "GET, /actuator/heapdump",
        "POST, /actuator/health",
        "DELETE, /actuator/prometheus",
        "GET, /actuator/health/../env",
        "GET, /actuator/health/%2e%2e/env",
        "GET, /actuator/health;x",
        "GET, /actuator/prometheus/",
        "GET, /v1/models",
        "GET, /"
    })
    void nothingElseIsThere(String method, String path) {
        assertThat(code(inCluster.refusal(call(method, path, "10.1.2.3", "x", null, false), null)))
                .isEqualTo(ErrorCode.NOT_FOUND);
    }

    @Test
    void whatAProxyPassedOnIsRefused() {
        assertThat(code(inCluster.refusal(call("GET", HEALTH, "10.1.2.3", "x", null, true), null)))
                .isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(code(onLoopback.refusal(call("GET", HEALTH, "127.0.0.1", "localhost", null, true), null)))
                .isEqualTo(ErrorCode.FORBIDDEN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"same-origin", "same-site", "cross-site", "anything"})
    void pagesAreRefused(String fetchSite) {
        for (ManagementAccess access : List.of(inCluster, onLoopback)) {
            assertThat(code(access.refusal(call("GET", HEALTH, "127.0.0.1", "localhost", null, false), fetchSite)))
                    .isEqualTo(ErrorCode.FORBIDDEN);
            assertThat(code(access.refusal(
                            call("GET", HEALTH, "127.0.0.1", "localhost", "http://localhost:3000", false), null)))
                    .isEqualTo(ErrorCode.FORBIDDEN);
        }
    }

    @Test
    void onLoopbackANameThatWasReboundToThisMachineIsRefused() {
        assertThat(code(onLoopback.refusal(call("GET", HEALTH, "127.0.0.1", "evil.example:8081", null, false), null)))
                .isEqualTo(ErrorCode.FORBIDDEN);
        assertThat(code(onLoopback.refusal(call("GET", HEALTH, "10.0.0.1", "localhost", null, false), null)))
                .isEqualTo(ErrorCode.FORBIDDEN);
    }

    private static ErrorCode code(InferenceException refusal) {
        assertThat(refusal).isNotNull();
        return refusal.code();
    }

    private static CallDetails call(
            String method, String path, String peer, String host, String origin, boolean forwarded) {
        return new CallDetails("id", method, path, peer, host, origin, List.of(), forwarded);
    }
}
