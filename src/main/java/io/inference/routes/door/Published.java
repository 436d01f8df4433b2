package io.inference.routes.door;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a door serves: the table of the generation that was published last, and of the candidate, if any.
 *
 * @param <T> the door's table of one generation
 */
public final class Published<T> {
    private final Function<T, InFlight> calls;
    private volatile T current;
    private volatile @Nullable T candidate;

    /**
     * @param first table that is served before any generation is published
     * @param calls of the generation whose table it is
     */
    public Published(T first, Function<T, InFlight> calls) {
        this.current = first;
        this.calls = calls;
    }

    /** A table whose generation stays until this is closed. */
    public record Entered<T>(T table, InFlight calls, boolean isCandidate) implements AutoCloseable {
        /** @throws InferenceException with {@code CONFLICT} if the candidate was requested and there is none */
        public void checkPreview(boolean preview) {
            if (preview && !isCandidate) {
                throw new InferenceException(ErrorCode.CONFLICT, "no candidate generation waits");
            }
        }

        @Override
        public void close() {
            calls.leave();
        }
    }

    /** Serves a table from now on. Calls in progress stay with the one that they began on. */
    public void publish(T table) {
        current = table;
    }

    /** @param table for callers who request the candidate; null if there is none */
    public void preview(@Nullable T table) {
        candidate = table;
    }

    public T current() {
        return current;
    }

    /** The table for callers who request the candidate; null if there is none. */
    public @Nullable T candidate() {
        return candidate;
    }

    /**
     * Enters the generation that serves now.
     *
     * @param preview whether the candidate is requested; if there is none, the serving generation is entered
     */
    public Entered<T> enter(boolean preview) {
        T waiting = preview ? candidate : null;
        if (waiting != null && calls.apply(waiting).enter()) {
            return new Entered<>(waiting, calls.apply(waiting), true);
        }
        T table = InFlight.enter(() -> current, calls);
        return new Entered<>(table, calls.apply(table), false);
    }
}
