package io.inference.housekeeping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.RunningService;
import io.inference.api.call.Caller;
import io.inference.api.image.ImageData;
import io.inference.database.AdvisoryLock;
import io.inference.database.Database;
import io.inference.embedded.SharedPostgres;
import io.inference.image.ImageCleanUp;
import io.inference.image.ImageKind;
import io.inference.image.Images;
import io.inference.image.NewImage;
import io.inference.image.SamplePictures;
import io.inference.image.StoredImage;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** The routes of the service context on a real PostgreSQL, and without one. */
@ExtendWith(OutputCaptureExtension.class)
class HousekeepingIT {
    private static final List<String> OFTEN = List.of("--job-sweep-period=100ms", "--file-sweep-period=100ms");

    @Test
    void whatEndedLongAgoIsDeletedUnlessItIsStillToBeDelivered() {
        List<String> options = new ArrayList<>(SharedPostgres.freshOptions("housekeeping"));
        options.addAll(OFTEN);
        try (RunningService service = RunningService.start(options.toArray(String[]::new))) {
            assertThat(service.bean(CamelContext.class).getRoutes())
                    .extracting(Route::getRouteId)
                    .as("nothing watches a cluster, since there is none")
                    .contains("delete-ended-jobs")
                    .noneMatch(id -> id.startsWith("watch-") || id.startsWith("reread-") || id.startsWith("report-"));
            JdbcTemplate statements =
                    new JdbcTemplate(service.bean(Database.class).dataSource());
            ended(statements, "kept only", "25 hours", null);
            ended(statements, "young", "23 hours", null);
            ended(statements, "to be delivered", "25 hours", "{}");
            ended(statements, "never delivered", "8 days", "{}");
            statements.update("INSERT INTO jobs (id, owner, caller, correlation_id, door, task, priority, payload,"
                    + " payload_hash, created_at, turn, not_before) SELECT id, 'o', '{}', 'waits', 'rest', 'chat',"
                    + " 'normal', ''::bytea, sha256(''), now() - interval '9 days', now(), now() + interval '1 day'"
                    + " FROM gen_random_uuid() AS id");
            statements.update("INSERT INTO files (id, owner, filename, purpose, created_at) VALUES"
                    + " (gen_random_uuid(), 'o', 'abandoned', 'batch', now() - interval '61 minutes'),"
                    + " (gen_random_uuid(), 'o', 'begun', 'batch', now() - interval '59 minutes')");
            await().untilAsserted(() -> {
                assertThat(statements.queryForList("SELECT correlation_id FROM jobs", String.class))
                        .containsExactlyInAnyOrder("young", "to be delivered", "waits");
                assertThat(statements.queryForList("SELECT filename FROM files", String.class))
                        .containsExactly("begun");
            });
            statements.update("INSERT INTO jobs (id, owner, caller, correlation_id, door, task, priority, payload,"
                    + " payload_hash, created_at, turn, state, ended_at) SELECT gen_random_uuid(), 'o', '{}',"
                    + " 'many ' || n, 'rest', 'chat', 'normal', ''::bytea, sha256(''), now(), now(), 'done',"
                    + " now() - interval '25 hours' FROM generate_series(1, 7500) AS n");
            long before = runs(service, "delete-ended-jobs");
            // Runs that left some: there are further ones until this test notices that none is left.
            AtomicLong last = new AtomicLong(before);
            await().untilAsserted(() -> {
                long runs = runs(service, "delete-ended-jobs");
                int left = statements.queryForObject("SELECT count(*) FROM jobs", Integer.class);
                if (left > 3) {
                    last.set(runs);
                }
                assertThat(left).isEqualTo(3);
            });
            assertThat(last.get() - before)
                    .as("more than one statement deletes go at once, a thousand each: not a run for each thousand")
                    .isLessThan(7);
        }
    }

    @Test
    void picturesAreKeptForTheHoursOfTheirKindAndThenTheirFilesGoToo() throws Exception {
        List<String> options = new ArrayList<>(SharedPostgres.freshOptions("housekeeping_images"));
        options.addAll(List.of("--upload-retention-hours=48", "--image-sweep-period=100ms"));
        try (RunningService service = RunningService.start(options.toArray(String[]::new))) {
            Images images = service.bean(Images.class);
            JdbcTemplate statements =
                    new JdbcTemplate(service.bean(Database.class).dataSource());
            // While this holds the lock, the task does not run.
            Path old = new AgedImages(service, images, statements).storeAndAge();
            assertThat(old).exists();
            await().untilAsserted(() -> {
                assertThat(statements.queryForList("SELECT name FROM images ORDER BY name", String.class))
                        .containsExactly("fresh", "upload of 25 hours");
                assertThat(old).doesNotExist();
            });
            assertThat(statements.queryForObject("SELECT count(*) FROM image_files", Integer.class))
                    .isEqualTo(2);
            HttpRequest health = HttpRequest.newBuilder(
                            URI.create(service.managementUrl() + "/actuator/health/readiness"))
                    .build();
            assertThat(HttpClient.newHttpClient()
                            .send(health, HttpResponse.BodyHandlers.ofString())
                            .body())
                    .contains("\"images\":{\"status\":\"UP\"}");
            MeterRegistry meters = service.bean(MeterRegistry.class);
            await().until(() ->
                    meters.get("inference.images.free.bytes").gauge().value() > 0);
            await().until(() ->
                    meters.get("inference.images.expired.files").counter().count() == 1);
        }
    }

    /** Stores pictures of several ages, and looks at what would be deleted before it is. */
    private record AgedImages(RunningService service, Images images, JdbcTemplate statements) {
        Path storeAndAge() throws Exception {
            AtomicReference<Path> old = new AtomicReference<>();
            var lock = new AdvisoryLock(service.bean(Database.class).dataSource());
            await().until(() -> lock.run("delete-expired-images", () -> {
                JdbcTemplate others = new JdbcTemplate(separate(service.bean(Database.class)));
                StoredImage expired = store(1, ImageKind.GENERATED, "made 25 hours ago");
                store(2, ImageKind.UPLOADED, "upload of 25 hours");
                store(3, ImageKind.GENERATED, "fresh");
                others.update("UPDATE images SET created_at = now() - interval '25 hours' WHERE name LIKE '%25%'");
                old.set(images.content(expired));
                ImageCleanUp.Preview preview = service.bean(ImageCleanUp.class).preview();
                assertThat(preview.expired()).extracting(StoredImage::id).containsExactly(expired.id());
                assertThat(preview.expiredBytes()).isEqualTo(expired.bytes());
                assertThat(preview.filesWithoutRow()).isEmpty();
            }));
            return old.get();
        }

        private StoredImage store(int seed, ImageKind kind, String name) {
            return images.store(
                    Caller.LOCAL,
                    new ImageData("image/png", SamplePictures.png(8, 8, seed)),
                    new NewImage(kind, null, null, null, "request", null, name));
        }
    }

    @Test
    void conversationsAreKeptForTheirDaysAfterTheirLastChange() {
        List<String> options = new ArrayList<>(SharedPostgres.freshOptions("housekeeping_conversations"));
        options.addAll(List.of("--conversation-retention-days=7", "--conversation-sweep-period=100ms"));
        try (RunningService service = RunningService.start(options.toArray(String[]::new))) {
            JdbcTemplate statements =
                    new JdbcTemplate(service.bean(Database.class).dataSource());
            for (String age : List.of("6 days", "8 days", "in use")) {
                statements.update(
                        "INSERT INTO conversations (id, owner, title, created_at, updated_at, search, turn, turn_until)"
                                + " SELECT gen_random_uuid(), 'o', ?, now(), now() - CAST(? AS interval), '',"
                                + " CASE WHEN ? THEN gen_random_uuid() END, now() + interval '1 hour'",
                        age,
                        age.equals("in use") ? "8 days" : age,
                        age.equals("in use"));
            }
            await().untilAsserted(
                            () -> assertThat(statements.queryForList("SELECT title FROM conversations", String.class))
                                    .containsExactlyInAnyOrder("6 days", "in use"));
        }
    }

    @Test
    void whileAnotherReplicaIsAtItThisOneWaits() throws Exception {
        List<String> options = new ArrayList<>(SharedPostgres.freshOptions("housekeeping_lock"));
        options.addAll(OFTEN);
        try (RunningService service = RunningService.start(options.toArray(String[]::new))) {
            Database database = service.bean(Database.class);
            JdbcTemplate statements = new JdbcTemplate(database.dataSource());
            AdvisoryLock lock = new AdvisoryLock(database.dataSource());
            // The service may have the lock at this moment.
            await().until(() -> lock.run("delete-ended-jobs", () -> {
                ended(new JdbcTemplate(separate(database)), "old", "25 hours", null);
                long before = runs(service, "delete-ended-jobs");
                await().until(() -> runs(service, "delete-ended-jobs") >= before + 2);
                assertThat(new JdbcTemplate(separate(database))
                                .queryForList("SELECT correlation_id FROM jobs", String.class))
                        .containsExactly("old");
            }));
            await().untilAsserted(
                            () -> assertThat(statements.queryForList("SELECT correlation_id FROM jobs", String.class))
                                    .isEmpty());
        }
    }

    @Test
    void withoutADatabaseItIsOneLineATaskAndNothingElseIsConcerned(CapturedOutput output) throws Exception {
        List<String> options = new ArrayList<>(OFTEN);
        options.addAll(List.of("--db-host=127.0.0.1", "--db-port=1"));
        long stopped;
        try (RunningService service = RunningService.start(options.toArray(String[]::new))) {
            await().until(() -> runs(service, "delete-ended-jobs") >= 3);
            HttpRequest health = HttpRequest.newBuilder(
                            URI.create(service.managementUrl() + "/actuator/health/readiness"))
                    .build();
            assertThat(HttpClient.newHttpClient()
                            .send(health, HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
            stopped = System.nanoTime();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - stopped))
                .as("less than the grace of a stop: nothing is waited for")
                .isLessThan(Duration.ofSeconds(30));
        assertThat(output.getAll().lines().filter(line -> line.contains("delete-ended-jobs")))
                .singleElement()
                .satisfies(line -> assertThat(line).contains("cannot be done, trying on: the database cannot be"));
        assertThat(output.getAll()).doesNotContain("\tat ");
    }

    /** A connection of its own, outside the thread's transaction. */
    private static DelegatingDataSource separate(Database database) {
        return new DelegatingDataSource(database.dataSource());
    }

    private static long runs(RunningService service, String route) {
        Timer timer = service.bean(MeterRegistry.class)
                .find("camel.route.policy")
                .tag("routeId", route)
                .timer();
        return timer == null ? 0 : timer.count();
    }

    private static void ended(JdbcTemplate statements, String id, String ago, String delivery) {
        statements.update(
                "INSERT INTO jobs (id, owner, caller, correlation_id, door, task, priority, payload, payload_hash,"
                        + " created_at, turn, state, ended_at, delivery) VALUES (?, 'o', '{}', ?, 'rest', 'chat',"
                        + " 'normal', ''::bytea, sha256(''), now(), now(), 'done', now() - ?::interval, ?::json)",
                UUID.randomUUID(),
                id,
                ago,
                delivery);
    }
}
