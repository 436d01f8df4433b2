package io.inference.api.backend;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model, once for all backends that have it.
 *
 * @param preferred the model at the backend that would be asked: the first that answers
 * @param backends names of all that have it, most preferred first; those that do not answer come last
 */
public record ListedModel(ModelInfo preferred, List<String> backends, List<ModelInfo> all) {
    public ListedModel {
        backends = List.copyOf(backends);
        all = List.copyOf(all);
    }

    /** Groups models by id: in the order of the first of each id, and in each group those that answer first. */
    public static List<ListedModel> group(List<ModelInfo> models) {
        Map<String, List<ModelInfo>> byId = new LinkedHashMap<>();
        models.forEach(model ->
                byId.computeIfAbsent(model.id(), id -> new ArrayList<>(1)).add(model));
        return byId.values().stream().map(ListedModel::of).toList();
    }

    /** A model of one backend. */
    public static ListedModel of(ModelInfo model) {
        return of(List.of(model));
    }

    private static ListedModel of(List<ModelInfo> models) {
        List<ModelInfo> all = new ArrayList<>(models.size());
        models.stream().filter(ListedModel::answers).forEach(all::add);
        models.stream().filter(model -> !answers(model)).forEach(all::add);
        Set<String> backends = new LinkedHashSet<>();
        all.forEach(model -> backends.add(model.backend()));
        return new ListedModel(all.getFirst(), List.copyOf(backends), all);
    }

    /** Whether a backend answers now, without loading the model first. */
    public boolean ready() {
        return all.stream().anyMatch(ModelInfo::ready);
    }

    /** The preferred backend's, or the first that one reports; null if none does. */
    public @Nullable Integer contextLength() {
        return all.stream()
                .map(ModelInfo::contextLength)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /** The preferred backend's, or the first that one reports; empty if none does. */
    public List<String> capabilities() {
        return all.stream()
                .map(ModelInfo::capabilities)
                .filter(known -> !known.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    private static boolean answers(ModelInfo model) {
        return model.state() != ModelInfo.State.UNAVAILABLE && model.state() != ModelInfo.State.LOADING;
    }
}
