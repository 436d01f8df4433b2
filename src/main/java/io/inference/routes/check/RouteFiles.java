package io.inference.routes.check;

import io.inference.routes.door.RouteFault;
import io.inference.wire.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of the route files of a folder, of the file of backends, and of the workflows that it may name, which
 * change together.
 *
 * @param contents text of each file by its name; that of backends has the name {@value #BACKENDS}, wherever it is
 */
public record RouteFiles(SortedMap<String, String> contents) {
    /** Name of the file of backends. */
    public static final String BACKENDS = "backends.yaml";

    private static final String SUFFIX = ".camel.yaml";
    private static final String WORKFLOW = ".workflow.json";
    private static final long MAX_WORKFLOW_BYTES = 1 << 20;

    /**
     * @param backends the file of backends; empty for none
     * @param workflows the folder of workflows, which need not exist
     * @throws RouteFaultsException if the folder or a file cannot be read, or there is no route file
     */
    public static RouteFiles read(Path folder, Optional<Path> backends, Path workflows) {
        SortedMap<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).toList()) {
                contents.put(
                        file.getFileName().toString(),
                        read(file, file.getFileName().toString()));
            }
        } catch (IOException | UncheckedIOException e) {
            throw fault("the routes folder '" + folder.toAbsolutePath() + "' (ROUTES_DIR) cannot be read");
        }
        if (contents.isEmpty()) {
            throw fault("the routes folder '" + folder.toAbsolutePath() + "' (ROUTES_DIR) has no *" + SUFFIX + " file");
        }
        return with(contents, backends, workflows);
    }

    /**
     * The route files and workflows among texts, and the other workflows and the file of backends unless it is one of
     * them.
     *
     * @param texts by the names of their files
     * @param where they come from, for operators
     * @param workflows the folder of workflows, which need not exist
     * @throws RouteFaultsException if the file of backends cannot be read, or there is no route file
     */
    public static RouteFiles of(Map<String, String> texts, String where, Optional<Path> backends, Path workflows) {
        SortedMap<String, String> contents = new TreeMap<>(texts);
        contents.keySet().removeIf(name -> !name.endsWith(SUFFIX));
        if (contents.isEmpty()) {
            throw fault(where + " has no *" + SUFFIX + " file");
        }
        SortedMap<String, String> all =
                new TreeMap<>(with(contents, backends, workflows).contents());
        texts.forEach((name, text) -> {
            if (name.equals(BACKENDS) || name.endsWith(WORKFLOW)) {
                all.put(name, text);
            }
        });
        return new RouteFiles(all);
    }

    private static RouteFiles with(SortedMap<String, String> contents, Optional<Path> backends, Path workflows) {
        backends.ifPresent(file -> contents.put(BACKENDS, readBackends(file)));
        if (Files.isDirectory(workflows)) {
            addWorkflows(workflows, contents);
        }
        return new RouteFiles(contents);
    }

    private static void addWorkflows(Path folder, SortedMap<String, String> contents) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(f -> f.toString().endsWith(WORKFLOW) && Files.isRegularFile(f))
                    .toList()) {
                String name = file.getFileName().toString();
                if (Files.size(file) > MAX_WORKFLOW_BYTES) {
                    throw new RouteFaultsException(
                            List.of(new RouteFault(name, 0, "", "it is larger than " + MAX_WORKFLOW_BYTES + " bytes")));
                }
                contents.put(name, read(file, name));
            }
        } catch (IOException | UncheckedIOException e) {
            throw fault("the workflows in '" + folder.toAbsolutePath() + "' (CONFIG_DIR) cannot be read");
        }
    }

    private static String readBackends(Path file) {
        try {
            return read(file, BACKENDS);
        } catch (IOException e) {
            throw new RouteFaultsException(List.of(new RouteFault(
                    BACKENDS, 0, "", "the file '" + file.toAbsolutePath() + "' (BACKENDS_FILE) cannot be read")));
        }
    }

    /** The route files alone. */
    public SortedMap<String, String> routes() {
        SortedMap<String, String> routes = new TreeMap<>(contents);
        routes.remove(BACKENDS);
        routes.keySet().removeIf(name -> name.endsWith(WORKFLOW));
        return routes;
    }

    /** The texts of workflows by the names of their files. */
    public SortedMap<String, String> workflows() {
        SortedMap<String, String> workflows = new TreeMap<>(contents);
        workflows.keySet().removeIf(name -> !name.endsWith(WORKFLOW));
        return workflows;
    }

    /** The text of the file of backends; null if there is none. */
    public @Nullable String backends() {
        return contents.get(BACKENDS);
    }

    private static String read(Path file, String name) throws IOException {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new RouteFaultsException(List.of(new RouteFault(name, 0, "", "it is no text in UTF-8")));
        } catch (AccessDeniedException e) {
            throw new RouteFaultsException(List.of(new RouteFault(name, 0, "", "the service may not read it")));
        }
    }

    /** SHA-256 over names and contents, in hex. */
    public String hash() {
        MessageDigest digest = Sha256.digest();
        contents.forEach((name, text) -> {
            digest.update((name + '\0' + text.length() + '\0').getBytes(StandardCharsets.UTF_8));
            digest.update(text.getBytes(StandardCharsets.UTF_8));
        });
        return HexFormat.of().formatHex(digest.digest());
    }

    private static RouteFaultsException fault(String message) {
        return new RouteFaultsException(List.of(new RouteFault("", 0, "", message)));
    }
}
