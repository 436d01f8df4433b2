package io.inference.backend;

import io.inference.api.backend.ModelInfo;
import io.inference.api.backend.ModelNames;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names under which callers ask an entry for its models.
 *
 * @param only its models, by the names that callers use, with the backend's own names; null for all that it lists under
 *     their own names
 * @param aliases additional names, with the backend's own names
 * @param context tokens of the context of those whose context the backend does not report; null if it is not known
 */
public record EntryModels(
        @Nullable Map<String, String> only,
        Map<String, String> aliases,
        @Nullable Integer context) {
    /** All models under their own names. */
    public static final EntryModels ALL = new EntryModels(null, Map.of(), null);

    public EntryModels {
        only = only == null ? null : Collections.unmodifiableMap(new LinkedHashMap<>(only));
        aliases = Collections.unmodifiableMap(new LinkedHashMap<>(aliases));
    }

    /** The backend's own name of a model. */
    public String real(String asked) {
        String alias = find(aliases, asked);
        if (alias != null) {
            return alias;
        }
        String named = only == null ? null : find(only, asked);
        return named == null ? asked : named;
    }

    /** Whether callers use another name than the backend. */
    public boolean renames(String asked) {
        return !real(asked).equals(asked);
    }

    private static @Nullable String find(Map<String, String> names, String asked) {
        if (names.isEmpty()) {
            return null;
        }
        String found = names.get(asked);
        return found == null ? names.get(ModelNames.other(asked)) : found;
    }

    /**
     * What callers see of a backend's list, under their names.
     *
     * @param backend the entry's name
     */
    public List<ModelInfo> seen(List<ModelInfo> listed, String backend) {
        Map<String, ModelInfo> byId = LinkedHashMap.newLinkedHashMap(listed.size());
        listed.forEach(model -> byId.putIfAbsent(model.id(), model));
        List<ModelInfo> seen = new ArrayList<>(listed.size() + aliases.size());
        if (only == null) {
            byId.values().forEach(model -> seen.add(seen(model, model.id(), backend)));
        } else {
            add(only, byId, backend, seen);
        }
        add(aliases, byId, backend, seen);
        return seen;
    }

    private ModelInfo seen(ModelInfo model, String name, String backend) {
        ModelInfo seen = model.as(name, backend);
        return context == null || seen.contextLength() != null ? seen : seen.withContext(context);
    }

    private void add(Map<String, String> names, Map<String, ModelInfo> byId, String backend, List<ModelInfo> seen) {
        names.forEach((name, real) -> {
            ModelInfo model = byId.containsKey(real) ? byId.get(real) : byId.get(ModelNames.other(real));
            if (model != null) {
                seen.add(seen(model, name, backend));
            }
        });
    }

    /** The backend's own names of the models that the entry names. */
    public Set<String> named() {
        return only == null ? Set.of() : new LinkedHashSet<>(only.values());
    }
}
