package io.inference.tls;

import io.inference.wire.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * PEM files that are reloaded when they are renewed. Their contents are compared at each check and used once they are
 * the same in two consecutive checks, since a certificate and its key may be written one after the other. Contents that
 * cannot be used are reported once and change nothing.
 */
public final class PemFiles implements AutoCloseable {
    private final List<Path> files;
    private final ScheduledExecutorService timer;
    private String judged;
    private String seen;

    /** Uses new contents. */
    @FunctionalInterface
    public interface Taker {
        void take(Contents contents) throws Exception;
    }

    /**
     * Contents of the files at one moment.
     *
     * @param texts one for each file, null for one that cannot be read
     */
    public record Contents(List<@Nullable String> texts) {
        /** Compares contents without keeping them in memory. */
        String digest() {
            MessageDigest digest = Sha256.digest();
            for (String text : texts) {
                digest.update(String.valueOf(text).getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            return HexFormat.of().formatHex(digest.digest());
        }

        @Override
        public String toString() {
            return "Contents[" + digest() + "]";
        }
    }

    /**
     * @param thread name of the thread that checks the files
     * @param used contents of the files that are in use
     */
    public PemFiles(String thread, List<Path> files, Contents used) {
        this.files = List.copyOf(files);
        this.judged = used.digest();
        this.seen = judged;
        this.timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name(thread).daemon().factory());
    }

    /**
     * Reads the files. Symbolic links are resolved each time, so that a directory that is replaced by another, as
     * Kubernetes does with a mounted Secret, shows as other contents.
     */
    public static Contents read(List<Path> files) {
        List<@Nullable String> texts = new ArrayList<>();
        for (Path file : files) {
            try {
                texts.add(Files.readString(file));
            } catch (IOException e) {
                texts.add(null);
            }
        }
        return new Contents(texts);
    }

    /**
     * Starts to check the files.
     *
     * @param failed receives the reason why contents cannot be used
     */
    public void watch(Duration interval, Taker taker, Consumer<Exception> failed) {
        var ignored = timer.scheduleWithFixedDelay(
                () -> look(taker, failed), interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Never fails: an exception would end the timer and with it every later renewal. */
    @SuppressWarnings("CatchingUnchecked")
    private synchronized void look(Taker taker, Consumer<Exception> failed) {
        try {
            Contents contents = read(files);
            String digest = contents.digest();
            boolean settled = digest.equals(seen);
            seen = digest;
            if (settled && !digest.equals(judged)) {
                judged = digest;
                taker.take(contents);
            }
        } catch (Exception e) {
            failed.accept(e);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
