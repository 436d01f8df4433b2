package io.inference.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.RunningService;
import io.inference.routes.generation.RouteGenerations;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Component;
import org.apache.camel.ServiceStatus;
import org.apache.camel.StatefulService;
import org.apache.camel.util.concurrent.ThreadType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spring Boot's context of Camel together with the generations of routes. */
class ServiceContextIT {
    @TempDir
    static Path folder;

    private static RunningService service;

    @BeforeAll
    static void start() throws Exception {
        HelloRoute.copyRoutes(folder);
        HelloRoute.write(folder, "first");
        service = RunningService.start("--routes-dir=" + folder);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void aGenerationThatStopsLeavesTheComponentsOfTheServiceContextRunning() throws Exception {
        CamelContext lasting = service.bean(CamelContext.class);
        RouteGenerations generations = service.bean(RouteGenerations.class);
        CamelContext before = generations.current().context();
        List<Component> shared = new ArrayList<>();
        for (String name : lasting.getComponentNames()) {
            Component own = before.hasComponent(name);
            assertThat(own).as(name).isNotSameAs(lasting.hasComponent(name));
            shared.add(own);
        }
        assertThat(shared).as("components that both have").isNotEmpty();
        HelloRoute.write(folder, "second");
        await().until(() -> before.getStatus() == ServiceStatus.Stopped);
        assertThat(lasting.getStatus()).isEqualTo(ServiceStatus.Started);
        assertThat(lasting.getRoutes())
                .isNotEmpty()
                .allSatisfy(route -> assertThat(lasting.getRouteController().getRouteStatus(route.getRouteId()))
                        .isEqualTo(ServiceStatus.Started));
        for (String name : lasting.getComponentNames()) {
            assertThat(((StatefulService) lasting.hasComponent(name)).getStatus())
                    .as(name)
                    .isEqualTo(ServiceStatus.Started);
        }
    }

    @Test
    void poolsOfRoutesKeepTheirBounds() {
        assertThat(ThreadType.current()).isEqualTo(ThreadType.PLATFORM);
    }

    @Test
    void healthAndMetricsOfTheServiceContextAreThoseThatCamelGives() throws Exception {
        assertThat(management("/actuator/health")).contains("\"camelHealth\":{\"status\":\"UP\"", "\"context\":\"UP\"");
        assertThat(management("/actuator/health/readiness"))
                .as("what sends a replica its requests is as it was")
                .contains("\"routes\"", "\"database\"")
                .doesNotContain("camel");
        await().untilAsserted(() -> assertThat(management("/actuator/prometheus"))
                .containsPattern("camel_exchanges_total\\{[^}]*routeId=\"delete-ended-jobs\"")
                .doesNotContainPattern("camel_exchanges_total\\{[^}]*camelContext=\"routes-"));
    }

    private static String management(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(service.managementUrl() + path))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
