package io.inference.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.inference.embedded.SharedPostgres;
import java.io.IOException;
import java.sql.Connection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** Two replicas on one real PostgreSQL, each with two connections, as many as its schema migration needs. */
class AdvisoryLockIT {
    private Database here;
    private Database there;
    private ReplicaLock ours;
    private ReplicaLock theirs;
    private JdbcTemplate statements;

    @BeforeEach
    void open() {
        DatabaseAddress fresh = SharedPostgres.fresh("advisory_lock");
        var settings = new DatabaseAddress(fresh.url(), fresh.user(), fresh.password(), 2);
        here = Database.open(() -> settings);
        there = Database.open(() -> settings);
        // Queries wait for the schema too, but not for as long as a busy machine may take for it.
        await().until(() -> here.state().equals("up") && there.state().equals("up"));
        var dataSource = here.dataSource();
        ours = new AdvisoryLock(dataSource);
        statements = new JdbcTemplate(dataSource);
        statements.execute("CREATE TABLE done (what text)");
        theirs = new AdvisoryLock(there.dataSource());
    }

    @AfterEach
    void close() {
        here.close();
        there.close();
    }

    @Test
    void oneReplicaDoesATaskAtATimeAndAnotherTaskIsNotConcerned() throws Exception {
        boolean[] done = new boolean[2];
        assertThat(ours.run("sweep", () -> {
                    done[0] = theirs.run("sweep", () -> {});
                    done[1] = theirs.run("other", () -> {});
                }))
                .isTrue();
        assertThat(done).containsExactly(false, true);
        assertThat(theirs.run("sweep", () -> {})).isTrue();
    }

    @Test
    void statementsOfTheWorkNeedNoOtherConnectionAndAreUndoneWhenItFails() throws Exception {
        try (Connection occupied = here.dataSource().getConnection()) {
            assertThat(occupied.isValid(1)).isTrue();
            ours.run("sweep", () -> statements.execute("INSERT INTO done VALUES ('first')"));
        }
        assertThatThrownBy(() -> ours.run("sweep", () -> {
                    statements.execute("INSERT INTO done VALUES ('second')");
                    throw new IOException("half way");
                }))
                .isInstanceOf(IOException.class);
        assertThat(statements.queryForList("SELECT what FROM done", String.class))
                .containsExactly("first");
        assertThat(theirs.run("sweep", () -> {})).as("free again").isTrue();
    }
}
