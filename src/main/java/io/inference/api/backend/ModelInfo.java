package io.inference.api.backend;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A model of a backend. What the backend does not report is null.
 *
 * @param state whether it answers now
 * @param sizeBytes size of the file
 * @param digest SHA-256 of the file in hex
 * @param family architecture, such as {@code llama}
 * @param parameterSize such as {@code 134.52M}
 * @param quantization such as {@code Q4_1}
 * @param modifiedEpochSeconds when the file was last changed
 * @param capabilities such as {@code completion}, {@code embedding}, {@code tools}; empty if the backend does not
 *     report them
 */
public record ModelInfo(
        String id,
        String backend,
        State state,
        @Nullable Integer contextLength,
        @Nullable Long sizeBytes,
        @Nullable String digest,
        @Nullable String family,
        @Nullable String parameterSize,
        @Nullable String quantization,
        @Nullable Long modifiedEpochSeconds,
        List<String> capabilities) {
    /** Capabilities of a model that makes pictures and nothing else. */
    public static final List<String> FOR_IMAGES = List.of("image");

    public ModelInfo {
        capabilities = List.copyOf(capabilities);
    }

    /** Whether a model answers now. */
    public enum State {
        READY,
        /** Its backend loads it at the first request. */
        UNLOADED,
        /** Its backend is loading it; requests for it wait. */
        LOADING,
        /** Its backend is unavailable. */
        UNAVAILABLE;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A model whose capabilities are not known. */
    public ModelInfo(
            String id,
            String backend,
            State state,
            @Nullable Integer contextLength,
            @Nullable Long sizeBytes,
            @Nullable String digest,
            @Nullable String family,
            @Nullable String parameterSize,
            @Nullable String quantization,
            @Nullable Long modifiedEpochSeconds) {
        this(
                id,
                backend,
                state,
                contextLength,
                sizeBytes,
                digest,
                family,
                parameterSize,
                quantization,
                modifiedEpochSeconds,
                List.of());
    }

    /** @param ready whether its backend does not have to load it first */
    public ModelInfo(
            String id,
            String backend,
            boolean ready,
            @Nullable Integer contextLength,
            @Nullable Long sizeBytes,
            @Nullable String digest,
            @Nullable String family,
            @Nullable String parameterSize,
            @Nullable String quantization,
            @Nullable Long modifiedEpochSeconds) {
        this(
                id,
                backend,
                ready ? State.READY : State.UNLOADED,
                contextLength,
                sizeBytes,
                digest,
                family,
                parameterSize,
                quantization,
                modifiedEpochSeconds);
    }

    /** A model of which only the name is known. */
    public static ModelInfo named(String id, String backend) {
        return new ModelInfo(id, backend, true, null, null, null, null, null, null, null);
    }

    /** Whether it answers without being loaded first. */
    public boolean ready() {
        return state == State.READY;
    }

    /** The same model under another name, as a model of another backend. */
    public ModelInfo as(String otherId, String otherBackend) {
        return otherId.equals(id) && otherBackend.equals(backend)
                ? this
                : copy(otherId, otherBackend, state, contextLength, capabilities);
    }

    /** The same model in a different state. */
    public ModelInfo in(State other) {
        return copy(id, backend, other, contextLength, capabilities);
    }

    /** The same model, of which it is known what it can do. */
    public ModelInfo with(List<String> known) {
        return copy(id, backend, state, contextLength, known);
    }

    /** The same model with a context of so many tokens. */
    public ModelInfo withContext(int tokens) {
        return copy(id, backend, state, tokens, capabilities);
    }

    private ModelInfo copy(
            String otherId, String otherBackend, State otherState, @Nullable Integer context, List<String> known) {
        return new ModelInfo(
                otherId,
                otherBackend,
                otherState,
                context,
                sizeBytes,
                digest,
                family,
                parameterSize,
                quantization,
                modifiedEpochSeconds,
                known);
    }
}
