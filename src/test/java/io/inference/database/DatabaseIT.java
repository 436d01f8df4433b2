package io.inference.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.inference.RunningService;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.embedded.SharedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class DatabaseIT {
    @Test
    void itIsOpenedAsSoonAsItCanBeWithItsSchema() {
        AtomicBoolean up = new AtomicBoolean();
        try (Database database = Database.open(() -> {
            if (!up.get()) {
                throw new IOException("not yet");
            }
            return SharedPostgres.settings();
        })) {
            assertThatThrownBy(() -> database.call(client -> 1)).isInstanceOfSatisfying(InferenceException.class, e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
                assertThat(e.retryAfter()).isPresent();
            });
            assertThat(database.state()).isEqualTo("not yet");
            assertThat(new DatabaseHealth(database).health().getDetails()).containsEntry("reason", "not yet");
            up.set(true);
            await().until(database::state, "up"::equals);
            assertThat(database.<Long>call(client -> client.sql("SELECT count(*) FROM flyway_schema_history")
                            .query(Long.class)
                            .single()))
                    .isPositive();
        }
    }

    @Test
    void oneConnectionIsEnoughToMakeTheSchemaAndToWork() {
        DatabaseAddress empty = SharedPostgres.fresh("one_connection");
        try (Database database =
                Database.open(() -> new DatabaseAddress(empty.url(), empty.user(), empty.password(), 1))) {
            await().until(database::state, "up"::equals);
            assertThat(database.<Boolean>transaction(client -> client.sql("SELECT true FROM conversations")
                            .query(Boolean.class)
                            .list()
                            .isEmpty()))
                    .isTrue();
        }
    }

    @Test
    void connectionsThatTheServerCutsAreReplaced() {
        try (Database database = Database.open(SharedPostgres::settings)) {
            int first = backend(database);
            try (Database other = Database.open(SharedPostgres::settings)) {
                other.call(client -> client.sql("SELECT pg_terminate_backend(?)")
                        .param(first)
                        .query(Boolean.class)
                        .single());
            }
            int next;
            try {
                next = backend(database);
            } catch (InferenceException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
                next = backend(database);
            }
            assertThat(next).isNotEqualTo(first);
        }
    }

    @Test
    void withoutADatabaseTheServiceStartsServesAndSaysSo() throws Exception {
        int nobody;
        try (ServerSocket free = new ServerSocket(0)) {
            nobody = free.getLocalPort();
        }
        try (RunningService service = RunningService.start("--db-host=127.0.0.1", "--db-port=" + nobody)) {
            HttpResponse<String> models = get(service.baseUrl() + "/v1/models");
            assertThat(models.statusCode()).isEqualTo(200);
            HttpResponse<String> readiness = get(service.managementUrl() + "/actuator/health/readiness");
            assertThat(readiness.statusCode()).isEqualTo(200);
            assertThat(readiness.body())
                    .contains("\"database\":{\"status\":\"UNAVAILABLE\"", "\"routes\":{\"status\":\"UP\"");
        }
    }

    @Test
    void withADatabaseReadinessSaysUp() throws Exception {
        try (RunningService service = RunningService.start()) {
            service.bean(Database.class)
                    .call(client -> client.sql("SELECT 1").query(Integer.class).single());
            assertThat(get(service.managementUrl() + "/actuator/health/readiness")
                            .body())
                    .contains("\"database\":{\"status\":\"UP\"");
        }
    }

    private static int backend(Database database) {
        return database.call(client ->
                client.sql("SELECT pg_backend_pid()").query(Integer.class).single());
    }

    private static HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
