package io.inference.routes.generation;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.inference.routes.check.RouteFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The last set of files that served, stored on disk so that a restart with faulty routes starts from it. */
final class LastGood {
    private static final Logger log = LoggerFactory.getLogger(LastGood.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;

    /** @param file that holds the set; written atomically */
    LastGood(Path file) {
        this.file = file;
    }

    /** @param data folder to store it in, separate from the sets of other routes folders */
    static LastGood of(Path folder, Path data) {
        String name = Integer.toHexString(
                folder.toAbsolutePath().normalize().toString().hashCode());
        return new LastGood(data.resolve("routes-that-served-" + name + ".json"));
    }

    Optional<RouteFiles> read() {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new RouteFiles(JSON.readValue(file.toFile(), new TypeReference<TreeMap<String, String>>() {})));
        } catch (IOException e) {
            log.warn("the last good routes in {} cannot be read: {}", file, e.getMessage());
            return Optional.empty();
        }
    }

    /** If the disk is full, only the copy is lost, not the change. */
    void write(RouteFiles files) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Path beside = Files.createTempFile(file.toAbsolutePath().getParent(), "routes", ".tmp");
            JSON.writeValue(beside.toFile(), files.contents());
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            log.warn("the routes that serve cannot be kept in {}: {}", file, e.getMessage());
        }
    }
}
