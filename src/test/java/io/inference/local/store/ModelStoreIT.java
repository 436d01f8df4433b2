package io.inference.local.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real default model from its real sources; skipped if none can be reached. */
class ModelStoreIT {
    @TempDir
    Path folder;

    @Test
    void fetchesTheDefaultModelFromWhereItIsToBeHad() {
        ModelStore store = new ModelStore(StoreSettings.of(folder, null), ModelCatalogue.builtIn(), FetchListener.NONE);
        try {
            assertThat(store.ensure(ModelCatalogue.DEFAULT_ID)).hasSize(98_362_432);
        } catch (ModelStoreException e) {
            if (e.reason() != ModelStoreException.Reason.UNREACHABLE) {
                throw e;
            }
            abort("no source of the default model can be reached from here: " + e.getMessage());
        }
    }
}
