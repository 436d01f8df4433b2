package io.inference.engine;

import static org.junit.jupiter.api.Assumptions.abort;

import io.inference.local.store.FetchListener;
import io.inference.local.store.ModelCatalogue;
import io.inference.local.store.ModelStore;
import io.inference.local.store.ModelStoreException;
import io.inference.local.store.StoreSettings;
import java.nio.file.Path;

/**
 * The default model, for tests: the file that {@code -Dmodel.path=} names, else the one in {@code models}, fetched if
 * it does not exist yet.
 */
public final class TestModel {
    private static final Path FOLDER = Path.of("models");

    private TestModel() {}

    /** The model's file; aborts the test, with the reason, on a machine that cannot reach any of its sources. */
    public static Path path() {
        String given = System.getProperty("model.path", ModelCatalogue.DEFAULT_ID);
        ModelStore store = new ModelStore(StoreSettings.of(FOLDER, null), ModelCatalogue.builtIn(), FetchListener.NONE);
        try {
            return store.ensure(given);
        } catch (ModelStoreException e) {
            if (e.reason() == ModelStoreException.Reason.UNREACHABLE) {
                return abort("no source of the default model can be reached from here: " + e.getMessage());
            }
            throw e;
        }
    }
}
