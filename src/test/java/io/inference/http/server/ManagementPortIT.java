package io.inference.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.RawClient;
import io.inference.RunningService;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The management port on loopback, on a platform that Spring Boot recognises and adapts to. */
class ManagementPortIT {
    private static RunningService service;

    @BeforeAll
    static void start() {
        service = RunningService.start(
                "--spring.main.cloud-platform=kubernetes",
                "--internal-api-key=internal",
                "--disable-auth=false",
                "--internal-allowed-ips=203.0.113.7",
                "--management.endpoints.web.exposure.include=*");
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/health/liveness", "/actuator/health/startup", "/actuator/prometheus"})
    void probesAndMetricsAreAnsweredWithHeadersThatKeepBrowsersOut(String path) throws IOException {
        assertThat(ask(service.managementPort(), path, "Host: localhost"))
                .startsWith("HTTP/1.1 200")
                .contains("X-Content-Type-Options: nosniff", "Cross-Origin-Resource-Policy: same-origin", "no-store");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/actuator",
                "/actuator/env",
                "/actuator/beans",
                "/actuator/heapdump",
                "/v1/models",
                "/error",
                "/"
            })
    void nothingElseIsThereEvenIfItIsExposed(String path) throws IOException {
        assertThat(ask(service.managementPort(), path, "Host: localhost"))
                .startsWith("HTTP/1.1 404")
                .doesNotContain("io.inference", "timestamp");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: evil.example",
                "Host: localhost\r\nX-Forwarded-For: 127.0.0.1",
                "Host: localhost\r\nForwarded: for=127.0.0.1",
                "Host: localhost\r\nX-Forwarded-Host: localhost",
                "Host: localhost\r\nVia: 1.1 proxy",
                "Host: localhost\r\nOrigin: http://evil.example",
                "Host: localhost\r\nSec-Fetch-Site: cross-site"
            })
    void whatComesFromAPageOrThroughAProxyIsRefused(String headers) throws IOException {
        assertThat(ask(service.managementPort(), "/actuator/prometheus", headers))
                .startsWith("HTTP/1.1 403")
                .doesNotContain("jvm_memory");
    }

    @Test
    void noPlatformMakesTheDoorBelieveWhoAProxySaysIsCalling() throws IOException {
        assertThat(ask(
                        service.port(),
                        "/internal/status",
                        "Host: localhost\r\nAuthorization: Bearer internal\r\nX-Forwarded-For: 203.0.113.7"))
                .startsWith("HTTP/1.1 404");
    }

    private static String ask(int port, String path, String headers) throws IOException {
        try (RawClient raw = new RawClient(port)) {
            raw.send("GET " + path + " HTTP/1.1\r\n" + headers + "\r\nConnection: close\r\n\r\n");
            return raw.rest();
        }
    }
}
