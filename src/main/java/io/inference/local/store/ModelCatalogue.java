package io.inference.local.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The models that the service can fetch: {@code model-catalogue.json} in its resources. */
public final class ModelCatalogue {
    /** The default model. */
    public static final String DEFAULT_ID = "smollm2:135m";

    private static final String RESOURCE = "/model-catalogue.json";

    private final Map<String, CatalogueEntry> entries = new LinkedHashMap<>();

    public ModelCatalogue(List<CatalogueEntry> entries) {
        entries.forEach(entry -> this.entries.put(entry.id(), entry));
    }

    /** The catalogue that is built in. */
    public static ModelCatalogue builtIn() {
        try (InputStream in = ModelCatalogue.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is not in the build");
            }
            return new ModelCatalogue(new ObjectMapper()
                    .readTree(in)
                    .required("models")
                    .valueStream()
                    .map(ModelCatalogue::entry)
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE + " cannot be read", e);
        }
    }

    public Optional<CatalogueEntry> find(String id) {
        return Optional.ofNullable(entries.get(id));
    }

    public List<String> ids() {
        return List.copyOf(entries.keySet());
    }

    private static CatalogueEntry entry(JsonNode node) {
        return new CatalogueEntry(
                node.required("id").asText(),
                node.required("sources")
                        .valueStream()
                        .map(ModelCatalogue::source)
                        .toList(),
                node.required("sha256").asText(),
                node.required("size").asLong(),
                node.required("entry").asText());
    }

    private static ModelSource source(JsonNode node) {
        if (node.has("file")) {
            return new ModelSource.LocalFile(node.get("file").asText());
        }
        if (node.has("huggingface")) {
            JsonNode file = node.get("huggingface");
            return new ModelSource.HuggingFace(
                    file.required("repo").asText(), file.required("file").asText());
        }
        return new ModelSource.PipPackage(node.required("pip").asText());
    }
}
