package io.inference.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.cluster.RealCluster.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each scenario of the chart, as the API server would take it: fields, values, admission. */
class ChartClusterIT {
    private static final Path FOLDER = Path.of("helm-chart");
    private static final String NAMESPACE = "chart";
    private static final RealCluster CLUSTER = RealCluster.shared();

    @BeforeAll
    static void define() throws IOException {
        CLUSTER.defineCustomResources();
    }

    @TempDir
    private Path folder;

    private static List<String> scenarios() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER.resolve("ci"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void theApiServerTakesAllObjectsWithoutAWarning(String scenario) throws IOException {
        CLUSTER.apply("{apiVersion: v1, kind: Namespace, metadata: {name: " + NAMESPACE + "}}");
        Result rendered = CLUSTER.run(
                "helm",
                "template",
                "inference",
                FOLDER.toString(),
                "--namespace",
                NAMESPACE,
                "--kube-version",
                "1.34.0",
                "--values",
                FOLDER.resolve("ci").resolve(scenario).toString());
        assertThat(rendered.status()).as(rendered.output()).isZero();
        Path file = Files.writeString(folder.resolve("manifests.yaml"), rendered.output());

        Result result = CLUSTER.run(
                "kubectl", "-n", NAMESPACE, "apply", "--dry-run=server", "--validate=strict", "-f", file.toString());
        assertThat(result.status()).as(result.output()).isZero();
        assertThat(result.output())
                .contains("deployment.apps/inference-service")
                .doesNotContainIgnoringCase("warning");
    }
}
