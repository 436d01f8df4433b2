package io.inference.embedded;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.springframework.util.FileSystemUtils;

/** A server of the PostgreSQL that this machine has installed with its tools, which the embedded one lacks. */
public final class InstalledPostgres implements AutoCloseable {
    private final Path programs;
    private final Path data;
    private final int port;

    /** @param folder of its data, which does not exist */
    public InstalledPostgres(Path folder) throws Exception {
        programs = programs().orElseThrow();
        data = folder.toAbsolutePath();
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        start();
    }

    /** Skips the test, visibly, if this machine has none. */
    public static void assumeInstalled() throws IOException {
        Assumptions.assumeTrue(programs().isPresent(), "this machine has no PostgreSQL with pg_dump installed");
    }

    private static Optional<Path> programs() throws IOException {
        List<Path> folders = new ArrayList<>();
        Path debian = Path.of("/usr/lib/postgresql");
        if (Files.isDirectory(debian)) {
            try (Stream<Path> versions = Files.list(debian)) {
                versions.sorted(Comparator.reverseOrder())
                        .map(version -> version.resolve("bin"))
                        .forEach(folders::add);
            }
        }
        for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
            folders.add(Path.of(folder));
        }
        return folders.stream()
                .filter(folder ->
                        Files.isExecutable(folder.resolve("initdb")) && Files.isExecutable(folder.resolve("pg_dump")))
                .findFirst();
    }

    private void start() throws Exception {
        run("initdb", "-D", data.toString(), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync");
        run(
                "pg_ctl",
                "start",
                "-w",
                "-D",
                data.toString(),
                "-l",
                data + ".log",
                "-o",
                "-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories=''");
    }

    /** Puts a new, empty server in its place. */
    public void lose() throws Exception {
        close();
        FileSystemUtils.deleteRecursively(data);
        start();
    }

    private void run(String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            // PostgreSQL refuses to run as root; in a user namespace of its own it is another user.
            all.addAll(List.of("unshare", "-U"));
        }
        all.addAll(List.of(command));
        all.set(all.size() - command.length, programs.resolve(command[0]).toString());
        Process process = new ProcessBuilder(all)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(new File(data + ".log")))
                .start();
        if (process.waitFor() != 0) {
            throw new IOException(command[0] + " failed, see " + data + ".log");
        }
    }

    /** The folder of its tools. */
    public Path tools() {
        return programs;
    }

    public int port() {
        return port;
    }

    /** The service's options that name its database. */
    public List<String> options(String database) {
        return List.of(
                "--db-host=127.0.0.1",
                "--db-port=" + port,
                "--db-user=postgres",
                "--db-password=trusted",
                "--db-name=" + database);
    }

    @Override
    public void close() throws Exception {
        run("pg_ctl", "stop", "-w", "-m", "immediate", "-D", data.toString());
    }
}
