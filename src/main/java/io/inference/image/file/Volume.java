package io.inference.image.file;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.wire.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The volume of IMAGE_DIR. A file is written below {@value #TEMPORARY}, made durable, and renamed to its place, whose
 * folder is made durable as well: at no time is a part of a file visible. A marker file with an id says which volume it
 * is, and each access looks at it, so that an empty mount point is not taken for the volume.
 *
 * <p>All methods fail with {@code UNAVAILABLE} if the volume cannot be used, within the time limit, and with
 * {@code STORAGE_FULL} if it has less than IMAGE_MIN_FREE_SPACE left for what they write.
 */
public final class Volume {
    /** Holds the id of the volume. */
    public static final String MARKER = ".inference-images";

    private static final Logger log = LoggerFactory.getLogger(Volume.class);
    private static final String TEMPORARY = "tmp";
    private static final Pattern PREFIX = Pattern.compile("[0-9a-f]{2}");
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final Duration LEFT_BEHIND = Duration.ofHours(1);
    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int SLICE_BYTES = 256 * 1024;

    private final Path root;
    private final long minFreeBytes;
    private final VolumeThreads threads;
    private volatile @Nullable UUID id;
    private volatile @Nullable String problem;
    private volatile long freeBytes = -1;
    private volatile @Nullable Look look;

    /**
     * @param minFreeBytes free space below which nothing is written
     * @param limit of time for each access
     */
    public Volume(Path root, long minFreeBytes, Duration limit) {
        this.root = root;
        this.minFreeBytes = minFreeBytes;
        this.threads = new VolumeThreads(limit);
    }

    /** The id in the marker file; empty if there is none. */
    public Optional<UUID> marker() {
        return call(() -> readMarker());
    }

    /** Makes the folder, and a marker file with this id unless there is one; returns the id that it has then. */
    public UUID mark(UUID wanted) {
        return call(() -> {
            Files.createDirectories(root);
            Path marker = root.resolve(MARKER);
            Path written = Files.createTempFile(root, MARKER, ".new");
            try {
                Files.writeString(written, wanted + "\n");
                sync(written);
                // Not a rename, which would replace the marker of another replica.
                Files.createLink(marker, written);
            } catch (FileAlreadyExistsException e) {
                log.debug("another replica has marked {}", root);
            } finally {
                Files.deleteIfExists(written);
            }
            sync(root);
            return readMarker().orElseThrow(() -> new IOException("its marker file is gone"));
        });
    }

    /** From now on it is used only while its marker has this id. */
    public void bind(UUID known) {
        id = known;
    }

    /** Whether it has folders of pictures. */
    public boolean hasPictures() {
        return call(() -> !prefixes().isEmpty());
    }

    /** Fails with {@code STORAGE_FULL} if nothing can be written. */
    public void checkRoom() {
        int ignored = onVolume(() -> {
            checkRoom(0);
            return 0;
        });
    }

    /** An empty file to write to. */
    public Path temporary() {
        return onVolume(() -> {
            checkRoom(0);
            return newFile();
        });
    }

    /**
     * Writes parts to a temporary file and makes it durable.
     *
     * @param parts each from position 0 to its limit; not changed
     */
    public Written write(List<ByteBuffer> parts) {
        return onVolume(() -> writeNow(parts));
    }

    private Written writeNow(List<ByteBuffer> parts) throws IOException {
        long length = parts.stream().mapToLong(ByteBuffer::limit).sum();
        checkRoom(length);
        Path file = newFile();
        boolean complete = false;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            MessageDigest digest = Sha256.digest();
            for (ByteBuffer part : parts) {
                digest.update(part.duplicate());
                for (int at = 0; at < part.limit(); at += SLICE_BYTES) {
                    ByteBuffer slice = part.slice(at, Math.min(SLICE_BYTES, part.limit() - at));
                    while (slice.hasRemaining()) {
                        int ignored = channel.write(slice);
                    }
                }
            }
            channel.force(true);
            complete = true;
            return new Written(file, digest.digest(), length);
        } finally {
            if (!complete) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** All bytes of a temporary file. */
    public byte[] readTemporary(Path temporary) {
        return onVolume(() -> Files.readAllBytes(temporary));
    }

    /** Length of a temporary file. */
    public long length(Path temporary) {
        return onVolume(() -> Files.size(temporary));
    }

    /** Makes a temporary file visible under its name. */
    public void place(Path temporary, FileName name) {
        int ignored = onVolume(() -> {
            Path folder = root.resolve(name.prefix());
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectories(folder);
                sync(root);
            }
            try {
                Files.move(temporary, root.resolve(name.toString()), StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                throw new IOException("a folder below IMAGE_DIR is another volume");
            }
            sync(folder);
            return 0;
        });
    }

    /** Whether a file is there with all its bytes. */
    public boolean has(FileName name, long bytes) {
        return onVolume(() -> hasNow(name, bytes));
    }

    private boolean hasNow(FileName name, long bytes) throws IOException {
        try {
            BasicFileAttributes found = Files.readAttributes(
                    root.resolve(name.toString()), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return found.isRegularFile() && found.size() == bytes;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /**
     * What was seen of the volume.
     *
     * @param root without links
     * @param nanoTime when
     */
    private record Look(Path root, long nanoTime) {}

    /** A file that is reached by no link; empty if there is none. */
    public Optional<Path> find(FileName name) {
        return call(() -> {
            Path expected = recentRoot().resolve(name.toString());
            try {
                if (expected.toRealPath().equals(expected) && Files.isRegularFile(expected)) {
                    return Optional.of(expected);
                }
            } catch (NoSuchFileException e) {
                log.debug("there is no {}", expected);
            }
            // The volume may have been unmounted since the last look.
            checkMounted();
            return Optional.empty();
        });
    }

    /** A file that is there is of the right volume if that was mounted a moment ago: it has a name of no other. */
    private Path recentRoot() throws IOException {
        Look recent = look;
        if (recent == null || System.nanoTime() - recent.nanoTime() > LOOK_NANOS) {
            checkMounted();
            recent = new Look(root.toRealPath(), System.nanoTime());
            look = recent;
        }
        return recent.root();
    }

    /** All bytes of a file; empty if there is none. */
    public Optional<byte[]> read(FileName name) {
        return find(name).map(file -> onVolume(() -> Files.readAllBytes(file)));
    }

    /** Deletes a file, if it is there. */
    public void delete(FileName name) {
        boolean ignored = onVolume(() -> Files.deleteIfExists(root.resolve(name.toString())));
    }

    /** Deletes a temporary file if that is possible; otherwise it is deleted later. */
    public void discard(Path temporary) {
        try {
            boolean ignored = call(() -> Files.deleteIfExists(temporary));
        } catch (InferenceException e) {
            log.debug("a temporary file stays: {}", e.getMessage());
        }
    }

    /** Names of folders of pictures. */
    public List<String> folders() {
        return onVolume(this::prefixes);
    }

    /**
     * Files of a folder.
     *
     * @param unknown gets the names of those that are no pictures of the service
     */
    public List<FileName> files(String folder, Consumer<String> unknown) {
        return onVolume(() -> {
            List<FileName> names = new ArrayList<>();
            try (DirectoryStream<Path> files = Files.newDirectoryStream(root.resolve(folder))) {
                for (Path file : files) {
                    String path = folder + "/" + file.getFileName();
                    FileName.read(path).ifPresentOrElse(names::add, () -> unknown.accept(path));
                }
            }
            return names;
        });
    }

    /** Temporary files that nothing has written to for an hour. */
    public List<Path> leftBehind() {
        return onVolume(() -> {
            List<Path> old = new ArrayList<>();
            Instant before = Instant.now().minus(LEFT_BEHIND);
            Path folder = root.resolve(TEMPORARY);
            if (Files.isDirectory(folder)) {
                try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
                    for (Path file : files) {
                        if (Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS)
                                .toInstant()
                                .isBefore(before)) {
                            old.add(file);
                        }
                    }
                }
            }
            return old;
        });
    }

    /** Finds out whether it can be written, even if it was stuck before. Before it is bound, it is only looked at. */
    public void probe() {
        try {
            threads.probe(() -> {
                if (id == null) {
                    return readMarker();
                }
                checkMounted();
                long free = Files.getFileStore(root).getUsableSpace();
                freeBytes = free;
                if (free >= minFreeBytes) {
                    Path file = newFile();
                    try {
                        Files.writeString(file, "probe");
                        sync(file);
                    } finally {
                        Files.deleteIfExists(file);
                    }
                }
                return Optional.empty();
            });
            works();
        } catch (Exception e) {
            InferenceException ignored = failed(e);
        }
    }

    /** Whether the last access did not fail. */
    public boolean isReachable() {
        return problem == null;
    }

    /** What is wrong with it, for operators; null if nothing is known. */
    public @Nullable String problem() {
        long free = freeBytes;
        String known = problem;
        return known != null || free < 0 || free >= minFreeBytes
                ? known
                : "it has " + free + " bytes left, less than IMAGE_MIN_FREE_SPACE";
    }

    /** Free space when it was last looked at; negative before that. */
    public long freeBytes() {
        return freeBytes;
    }

    private Path newFile() throws IOException {
        Path folder = root.resolve(TEMPORARY);
        Files.createDirectories(folder);
        return Files.createFile(folder.resolve(UUID.randomUUID() + ".part"));
    }

    private void checkRoom(long bytes) throws IOException {
        long free = Files.getFileStore(root).getUsableSpace();
        freeBytes = free;
        if (free - bytes < minFreeBytes) {
            throw new InferenceException(
                    ErrorCode.STORAGE_FULL, "the volume of pictures has no room left (IMAGE_MIN_FREE_SPACE)");
        }
    }

    private List<String> prefixes() throws IOException {
        List<String> names = new ArrayList<>();
        if (Files.isDirectory(root)) {
            try (DirectoryStream<Path> folders = Files.newDirectoryStream(root)) {
                for (Path folder : folders) {
                    String name = folder.getFileName().toString();
                    if (PREFIX.matcher(name).matches() && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
                        names.add(name);
                    }
                }
            }
        }
        return names;
    }

    private Optional<UUID> readMarker() throws IOException {
        try {
            return Optional.of(
                    UUID.fromString(Files.readString(root.resolve(MARKER)).strip()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            throw new IOException("its marker file " + MARKER + " holds no id");
        }
    }

    private void checkMounted() throws IOException {
        UUID known = id;
        if (known == null || !readMarker().equals(Optional.of(known))) {
            throw new IOException("IMAGE_DIR is not the volume with the id " + known);
        }
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private <T> T onVolume(Callable<T> work) {
        return call(() -> {
            checkMounted();
            return work.call();
        });
    }

    private <T> T call(Callable<T> work) {
        try {
            return threads.call(work);
        } catch (InferenceException e) {
            throw e;
        } catch (Exception e) {
            throw failed(e);
        }
    }

    private InferenceException failed(Exception e) {
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            return new InferenceException(ErrorCode.CANCELLED, "the caller cancelled the request");
        }
        if (isFull(e)) {
            return new InferenceException(ErrorCode.STORAGE_FULL, "the volume of pictures is full", e);
        }
        String reason = e.getClass().getSimpleName() + ": " + e.getMessage();
        if (!reason.equals(problem)) {
            log.warn("the volume of pictures cannot be used: {}", reason);
        }
        problem = reason;
        return InferenceException.retryLater(
                ErrorCode.UNAVAILABLE, "the volume of pictures cannot be used; try again later", RETRY_AFTER);
    }

    private void works() {
        if (problem != null) {
            log.info("the volume of pictures can be used again");
            problem = null;
        }
    }

    /** The JDK has no exception of its own for it. */
    private static boolean isFull(Exception e) {
        String message = String.valueOf(e.getMessage());
        return message.contains("No space left on device") || message.contains("Disk quota exceeded");
    }
}
