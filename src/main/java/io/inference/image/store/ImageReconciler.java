package io.inference.image.store;

import io.inference.api.error.InferenceException;
import io.inference.database.Database;
import io.inference.image.file.FileName;
import io.inference.image.file.Volume;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings rows and files into agreement after crashes, late deletions and repairs of the volume: deletes files that no
 * row names, rows whose file is missing or has another length, and temporary files that were left behind. A file of
 * another name is none of the service's, and stays. Pictures are stored and deleted meanwhile.
 */
final class ImageReconciler {
    private static final Logger log = LoggerFactory.getLogger(ImageReconciler.class);
    private static final int AT_A_TIME = 1000;

    private final Database database;
    private final ImageRows rows;
    private final VolumeBinding binding;
    private final Volume volume;

    ImageReconciler(Database database, ImageRows rows, VolumeBinding binding, Volume volume) {
        this.database = database;
        this.rows = rows;
        this.binding = binding;
        this.volume = volume;
    }

    /**
     * What was found.
     *
     * @param files without a row
     * @param rows of files that are missing or damaged
     * @param temporary files that were left behind
     * @param unknown files that are not the service's
     */
    record Findings(List<String> files, List<String> rows, List<String> temporary, List<String> unknown) {
        Findings {
            files = List.copyOf(files);
            rows = List.copyOf(rows);
            temporary = List.copyOf(temporary);
            unknown = List.copyOf(unknown);
        }

        boolean isEmpty() {
            return files.isEmpty() && rows.isEmpty() && temporary.isEmpty();
        }
    }

    /**
     * Finds what does not agree, and repairs it.
     *
     * @param repair false to change nothing
     * @throws InferenceException with {@code UNAVAILABLE} if the volume or the database cannot be used
     */
    Findings run(boolean repair) {
        if (!binding.isBound()) {
            return new Findings(List.of(), List.of(), List.of(), List.of());
        }
        List<String> unknown = new ArrayList<>();
        List<FileName> files = new ArrayList<>();
        for (String folder : volume.folders()) {
            files.addAll(volume.files(folder, unknown::add));
        }
        // What was placed before the files were listed has its row after this, or never will.
        database.transaction(client -> {
            rows.awaitStores(client);
            return 0;
        });
        Findings found =
                new Findings(filesWithoutRow(files, repair), rowsWithoutFile(repair), leftBehind(repair), unknown);
        if (!found.isEmpty()) {
            log.warn(
                    "pictures: {} files without a row, {} files that were missing or damaged, {} temporary files left"
                            + " behind; {}",
                    found.files().size(),
                    found.rows().size(),
                    found.temporary().size(),
                    repair ? "deleted, rows as well" : "nothing was changed");
        }
        if (!unknown.isEmpty()) {
            log.warn("IMAGE_DIR has {} files that are not the service's, such as {}", unknown.size(), unknown.get(0));
        }
        return found;
    }

    private List<String> filesWithoutRow(List<FileName> files, boolean repair) {
        List<String> without = new ArrayList<>();
        for (int from = 0; from < files.size(); from += AT_A_TIME) {
            List<FileName> some = files.subList(from, Math.min(files.size(), from + AT_A_TIME));
            List<UUID> names = some.stream().map(FileName::name).toList();
            Set<UUID> known = new HashSet<>(database.call(client -> rows.names(client, names)));
            for (FileName file : some) {
                if (!known.contains(file.name())) {
                    without.add(file.toString());
                    if (repair) {
                        volume.delete(file);
                    }
                }
            }
        }
        return without;
    }

    private List<String> rowsWithoutFile(boolean repair) {
        List<String> without = new ArrayList<>();
        byte[] after = {};
        while (true) {
            byte[] last = after;
            List<ImageRows.StoredFile> some = database.call(client -> rows.files(client, last, AT_A_TIME));
            if (some.isEmpty()) {
                return without;
            }
            for (ImageRows.StoredFile file : some) {
                // Between the two, its owner may have deleted it.
                if (!volume.has(file.name(), file.bytes()) && database.call(client -> rows.hasFile(client, file))) {
                    without.add(file.name().toString());
                    if (repair) {
                        int pictures = database.transaction(client -> rows.deleteFile(client, file));
                        log.warn("the file {} of {} pictures is missing or damaged", file.name(), pictures);
                        volume.delete(file.name());
                    }
                }
            }
            after = some.getLast().sha256();
        }
    }

    private List<String> leftBehind(boolean repair) {
        List<Path> old = volume.leftBehind();
        if (repair) {
            old.forEach(volume::discard);
        }
        return old.stream().map(file -> file.getFileName().toString()).toList();
    }

    /** Deletes files whose last picture has expired; returns how many. */
    int deleteUnused() {
        int deleted = 0;
        while (true) {
            List<byte[]> unused = database.call(client -> rows.unused(client, AT_A_TIME));
            if (unused.isEmpty()) {
                return deleted;
            }
            binding.require();
            for (byte[] sha256 : unused) {
                var name = database.transaction(client -> rows.deleteUnused(client, sha256));
                if (name.isPresent()) {
                    volume.delete(name.get());
                    deleted++;
                }
            }
        }
    }
}
