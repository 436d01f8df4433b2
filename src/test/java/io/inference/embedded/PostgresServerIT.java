package io.inference.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.BesideOthers;
import io.inference.database.DatabaseAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@BesideOthers
class PostgresServerIT {
    @TempDir
    Path folder;

    @Test
    void dataAndPasswordOutliveTheServerAndCommitsReachTheDisk() throws Exception {
        String password;
        try (PostgresServer server = new PostgresServer(folder)) {
            DatabaseAddress settings = server.start("inference", 2);
            password = settings.password();
            assertThat(ask(settings, "SHOW fsync")).isEqualTo("on");
            assertThat(ask(settings, "SHOW synchronous_commit")).isEqualTo("on");
            assertThat(ask(settings, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
            ask(settings, "CREATE TABLE kept AS SELECT 42 AS answer");
        }
        try (PostgresServer server = new PostgresServer(folder)) {
            DatabaseAddress settings = server.start("inference", 2);
            assertThat(settings.password()).isEqualTo(password);
            assertThat(ask(settings, "SELECT answer FROM kept")).isEqualTo("42");
        }
    }

    @Test
    void onlyWhoKnowsThePasswordComesInAndASecondServiceHasItsOwnData() throws Exception {
        try (PostgresServer server = new PostgresServer(folder);
                PostgresServer second = new PostgresServer(folder)) {
            DatabaseAddress settings = server.start("inference", 2);
            assertThatThrownBy(() -> DriverManager.getConnection(settings.url(), "postgres", "guessed"))
                    .hasMessageContaining("password authentication failed");
            DatabaseAddress other = second.start("inference", 2);
            assertThat(other.url()).isNotEqualTo(settings.url());
            assertThat(ask(other, "SHOW data_directory")).endsWith("postgres-2");
            assertThat(ask(settings, "SHOW data_directory")).endsWith("/postgres");
        }
    }

    @Test
    void whatAKilledProcessLeftRunningIsStoppedAndItsDataAreThere() throws Exception {
        Process victim = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        folder.toString()))
                .redirectErrorStream(true)
                .start();
        String orphan = awaitPid(victim);
        victim.destroyForcibly();
        assertThat(victim.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(ProcessHandle.of(Long.parseLong(orphan))).isPresent();

        try (PostgresServer server = new PostgresServer(folder)) {
            DatabaseAddress settings = server.start("inference", 2);
            assertThat(ask(settings, "SELECT answer FROM kept")).isEqualTo("42");
            assertThat(ask(settings, "SHOW data_directory")).endsWith("/postgres");
        }
        assertThat(ProcessHandle.of(Long.parseLong(orphan))).isEmpty();
    }

    private static String awaitPid(Process victim) throws IOException {
        BufferedReader lines = victim.inputReader();
        StringBuilder said = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("postgres ")) {
                return line.substring("postgres ".length());
            }
            said.append(line).append('\n');
        }
        throw new IOException("the process ended without a server; it said:\n" + said);
    }

    private static String ask(DatabaseAddress settings, String sql) throws SQLException {
        try (Connection connection =
                DriverManager.getConnection(settings.url(), settings.user(), settings.password())) {
            var statement = connection.createStatement();
            if (!statement.execute(sql)) {
                return null;
            }
            ResultSet rows = statement.getResultSet();
            rows.next();
            return rows.getString(1);
        }
    }

    /** A process that will be killed. */
    static final class Victim {
        public static void main(String[] args) throws Exception {
            PostgresServer server = new PostgresServer(Path.of(args[0]));
            DatabaseAddress settings = server.start("inference", 2);
            ask(settings, "CREATE TABLE kept AS SELECT 42 AS answer");
            System.out.println(
                    "postgres " + ask(settings, "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)"));
            Thread.currentThread().join();
        }
    }
}
