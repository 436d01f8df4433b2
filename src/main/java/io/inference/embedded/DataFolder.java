package io.inference.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * A folder that this process uses exclusively while it runs: a second service on the machine takes the next folder. A
 * file lock of the operating system marks a folder as used, so that it is free again when the process is killed.
 */
final class DataFolder implements AutoCloseable {
    private static final int MOST = 64;

    private final Path path;
    private final FileChannel channel;

    private DataFolder(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Takes the first free one of {@code parent/name}, {@code parent/name-2}, …
     *
     * @throws IOException if none is free or the parent cannot be written to
     */
    static DataFolder take(Path parent, String name) throws IOException {
        Files.createDirectories(parent);
        if (Files.getFileStore(parent).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwx------"));
        }
        for (int i = 1; i <= MOST; i++) {
            DataFolder folder = tryToTake(parent, i == 1 ? name : name + "-" + i);
            if (folder != null) {
                return folder;
            }
        }
        throw new IOException("all of " + MOST + " folders in " + parent + " are in use");
    }

    private static @Nullable DataFolder tryToTake(Path parent, String name) throws IOException {
        FileChannel channel =
                FileChannel.open(parent.resolve(name + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return new DataFolder(parent.resolve(name), channel);
            }
        } catch (OverlappingFileLockException e) {
            // Another service in the same process uses it.
            channel.close();
            return null;
        }
        channel.close();
        return null;
    }

    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
