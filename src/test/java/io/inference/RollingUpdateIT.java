package io.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.bench.RollingLoad;
import io.inference.embedded.SharedRabbit;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The promise to operators: a rolling update of all replicas drops no call. {@code -Drolling.updates=5
 * -Drolling.callers=8} for more of them.
 */
class RollingUpdateIT {
    private static final int UPDATES = Integer.getInteger("rolling.updates", 1);
    private static final int CALLERS = Integer.getInteger("rolling.callers", 2);

    @TempDir
    Path folder;

    @Test
    void nothingFailsAndNothingIsLostWhileEveryReplicaIsReplaced() throws Exception {
        SharedRabbit.assumeInstalled();
        try (RollingLoad load = new RollingLoad(folder, 2, CALLERS)) {
            load.startCallers();
            for (int i = 0; i < UPDATES; i++) {
                load.update();
            }
            load.stopCallers();
            System.out.println(load.answers());
            assertThat(load.failures()).isEmpty();
            assertThat(load.answers()).hasSize(7);
        }
    }
}
