package io.inference.routes;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.bench.ReloadLoad;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators are promised: an edit drops nothing. */
class ReloadUnderLoadIT {
    @Test
    void noCallFailsAndEveryStreamIsWholeWhileRoutesChange(@TempDir Path routes, @TempDir Path data) throws Exception {
        try (ReloadLoad load = new ReloadLoad(routes, data)) {
            load.startLoad();
            load.edits(15);
            load.stopLoad();
            assertThat(load.failures()).isEmpty();
            assertThat(load.answers()).isPositive();
            assertThat(load.streams()).isPositive();
        }
    }
}
