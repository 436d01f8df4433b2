package io.inference.routes.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteFilesTest {
    @TempDir
    Path routes;

    @TempDir
    Path config;

    @BeforeEach
    void write() throws IOException {
        Files.writeString(routes.resolve("a.camel.yaml"), "[]");
        Files.writeString(config.resolve("flux.workflow.json"), "{}");
        Files.writeString(config.resolve("other.json"), "{}");
    }

    private RouteFiles read() {
        return RouteFiles.read(routes, Optional.empty(), config);
    }

    @Test
    void workflowsBelongToTheSnapshotAndAreNoRoutes() throws IOException {
        RouteFiles files = read();

        assertThat(files.routes()).containsOnlyKeys("a.camel.yaml");
        assertThat(files.workflows()).containsOnlyKeys("flux.workflow.json");

        Files.writeString(config.resolve("flux.workflow.json"), "{ }");
        assertThat(read().hash()).isNotEqualTo(files.hash());
    }

    @Test
    void aFolderOfWorkflowsNeedNotExist() {
        assertThat(RouteFiles.read(routes, Optional.empty(), config.resolve("none"))
                        .workflows())
                .isEmpty();
    }

    @Test
    void aWorkflowOfGreatLengthIsNotRead() throws IOException {
        Files.write(config.resolve("large.workflow.json"), new byte[(1 << 20) + 1]);

        assertThatThrownBy(this::read).isInstanceOf(RouteFaultsException.class).hasMessageContaining("larger than");
    }
}
