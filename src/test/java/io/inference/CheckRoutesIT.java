package io.inference;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.routes.Cookbook;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --check-routes} with the examples of routes/README.md; Kafka's component comes from a folder of jars. */
class CheckRoutesIT {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

    @TempDir
    Path folder;

    @BeforeEach
    void followEveryRecipe() throws Exception {
        Cookbook.restore(folder);
        Cookbook cookbook = new Cookbook();
        for (String title : cookbook.titles()) {
            cookbook.follow(title, folder);
        }
    }

    @Test
    void allRecipesTogetherAreSound() {
        int code = check("--routes-allow=kafka", "--extensions-dir=target/extensions");
        assertThat(output.toString(StandardCharsets.UTF_8))
                .contains(" routes, sound")
                .doesNotContain("step ");
        assertThat(code).isZero();
    }

    @Test
    void aComponentThatIsNotAllowedIsTold() {
        assertThat(check("--extensions-dir=target/extensions")).isEqualTo(1);
        assertThat(output.toString(StandardCharsets.UTF_8))
                .contains("kafka-questions.camel.yaml:6", "the component 'kafka' is not among those");
    }

    @Test
    void aComponentWhoseJarIsMissingIsTold() {
        assertThat(check("--routes-allow=kafka", "--extensions-dir=" + folder.resolve("none")))
                .isEqualTo(1);
        assertThat(output.toString(StandardCharsets.UTF_8)).contains("kafka-questions", "No endpoint could be found");
    }

    private int check(String... options) {
        return CheckRoutes.run(folder, options, new PrintStream(output, true, StandardCharsets.UTF_8));
    }
}
