package io.inference.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LaunchTest {
    /**
     * Spring Boot's plugin adds {@code -XX:TieredStopAtLevel=1} by default, which makes a token take seconds instead of
     * milliseconds.
     */
    @Test
    void springBootRunLeavesTheOptimizingCompilerOn() throws IOException {
        // Only the integration tests in which no model runs do without it.
        String pom = Files.readString(Path.of("pom.xml"))
                .replaceFirst("<excludedGroups>model</excludedGroups>\\s*<argLine>[^<]*</argLine>", "");
        assertThat(pom).contains("<optimizedLaunch>false</optimizedLaunch>").doesNotContain("TieredStopAtLevel");
    }
}
