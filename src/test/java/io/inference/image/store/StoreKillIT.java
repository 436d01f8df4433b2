package io.inference.image.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.BesideOthers;
import io.inference.database.Database;
import io.inference.database.DatabaseAddress;
import io.inference.embedded.SharedPostgres;
import io.inference.wire.Sha256;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process is killed again and again while it stores pictures: 1,000 in all. */
@BesideOthers
class StoreKillIT {
    private static final int KILLS = 4;
    private static final int STORED_A_LIFE = 250;

    @TempDir
    private Path folder;

    @Test
    void afterEachKillEveryRowHasItsWholeFileAndEveryFileItsRow() throws Exception {
        DatabaseAddress address = SharedPostgres.fresh("images_kill");
        int written = 0;
        try (TestStore store = TestStore.of(folder, Database.open(() -> address))) {
            // The tables are there before the first writer, which waits for them no longer than a call does.
            await().until(() -> store.database().state().equals("up"));
            for (int kill = 0; kill < KILLS; kill++) {
                written += writeAndKill(address, written * 10);
                // Even before anything is repaired.
                assertThat(damaged(store)).isEmpty();
                assertThat(rows(store)).isGreaterThanOrEqualTo(written);
                store.reconciler().run(true);
                assertThat(store.files()).containsExactlyElementsOf(names(store));
            }
        }
    }

    private int writeAndKill(DatabaseAddress address, int first) throws Exception {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StoreWriter.class.getName(),
                        folder.toString(),
                        address.url(),
                        address.user(),
                        address.password() == null ? "" : address.password(),
                        String.valueOf(first))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        int stored = 0;
        try (BufferedReader lines = writer.inputReader()) {
            while (stored < STORED_A_LIFE) {
                String line = lines.readLine();
                assertThat(line).as("the process goes on").isNotNull();
                stored += line.matches("[0-9]+") ? 1 : 0;
            }
        } finally {
            writer.destroyForcibly();
            int ignored = writer.waitFor();
        }
        return stored;
    }

    private static int rows(TestStore store) {
        return store.database()
                .call(client -> client.sql("SELECT count(*) FROM images")
                        .query(Integer.class)
                        .single());
    }

    /** Rows whose file does not have the bytes of their hash. */
    private List<String> damaged(TestStore store) {
        store.binding().require();
        List<Map<String, Object>> all =
                store.database().call(client -> client.sql("""
                        SELECT name, encode(sha256, 'hex') AS hash FROM image_files
                        """).query().listOfRows());
        return all.stream()
                .filter(row -> !hash(path((UUID) row.get("name"))).equals(row.get("hash")))
                .map(row -> row.get("name").toString())
                .toList();
    }

    private List<String> names(TestStore store) {
        List<UUID> all = store.database()
                .call(client -> client.sql("SELECT name FROM image_files")
                        .query(UUID.class)
                        .list());
        return all.stream().map(StoreKillIT::path).sorted().toList();
    }

    private static String path(UUID name) {
        String digits = name.toString().replace("-", "");
        return digits.substring(0, 2) + "/" + digits + ".png";
    }

    private String hash(String path) {
        try {
            return HexFormat.of().formatHex(Sha256.digest().digest(Files.readAllBytes(folder.resolve(path))));
        } catch (IOException e) {
            return e.toString();
        }
    }
}
