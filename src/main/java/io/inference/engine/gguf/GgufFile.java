package io.inference.engine.gguf;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A GGUF file of version 2 or 3, little endian, mapped into memory. Thread-safe; after {@link #close()} the tensors'
 * data can no longer be read ({@link IllegalStateException}). The file must not be truncated while it is open: replace
 * a model by writing another file and renaming it.
 */
public final class GgufFile implements AutoCloseable {
    private final Path path;
    private final Arena arena;
    private final int version;
    private final GgufMetadata metadata;
    private final Map<String, TensorInfo> tensors;
    private final AtomicBoolean closed = new AtomicBoolean();

    private GgufFile(Path path, Arena arena, GgufParser.Parsed parsed) {
        this.path = path;
        this.arena = arena;
        this.version = parsed.version();
        this.metadata = parsed.metadata();
        this.tensors = parsed.tensors();
    }

    /**
     * Maps and parses a file.
     *
     * @throws GgufException if it cannot be read, is broken, or uses an unsupported format
     */
    @SuppressWarnings("MustBeClosedChecker") // closed with the returned file, or below
    public static GgufFile open(Path path) {
        Arena arena = Arena.ofShared();
        boolean opened = false;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            GgufFile result = new GgufFile(path, arena, new GgufParser(file).parse(path.toString()));
            opened = true;
            return result;
        } catch (IOException e) {
            throw new GgufException("%s cannot be read: %s".formatted(path, e), e);
        } catch (GgufException e) {
            throw new GgufException(path + ": " + e.getMessage(), e);
        } finally {
            if (!opened) {
                arena.close();
            }
        }
    }

    public Path path() {
        return path;
    }

    /** The version of the format: 2 or 3. */
    public int version() {
        return version;
    }

    public GgufMetadata metadata() {
        return metadata;
    }

    /** All tensors, in the file's order. */
    public Collection<TensorInfo> tensors() {
        return Collections.unmodifiableCollection(tensors.values());
    }

    public Optional<TensorInfo> tensor(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /** Unmaps the file. Idempotent. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            arena.close();
        }
    }
}
