package io.inference.routes.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.bench.ReloadLoad;
import io.inference.embedded.SharedRabbit;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The promise to operators: an edit drops no call. {@code -Dreload.edits=100} for more edits; each fifth is faulty. */
class ReloadUnderLoadIT {
    private static final int EDITS = Integer.getInteger("reload.edits", 5);

    @TempDir
    Path routes;

    @TempDir
    Path data;

    @Test
    void noCallFailsAndEveryStreamIsWholeWhileRoutesChange() throws Exception {
        editUnderLoad(false);
    }

    @Test
    void noMessageIsLostOrDoubledWhileRoutesChange() throws Exception {
        SharedRabbit.assumeInstalled();
        editUnderLoad(true);
    }

    private void editUnderLoad(boolean amqp) throws Exception {
        try (ReloadLoad load = new ReloadLoad(routes, data, amqp)) {
            load.startCallers();
            load.edit(EDITS);
            load.stopCallers();
            assertThat(load.failures()).isEmpty();
            assertThat(load.answers()).hasSize(amqp ? 6 : 4);
            assertThat(load.answers().values())
                    .allSatisfy(count -> assertThat(count).isPositive());
        }
    }
}
