package io.inference.kubernetes;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.inference.config.SettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the cluster is reached. */
final class Cluster {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int REQUEST_MILLIS = 10_000;

    private Cluster() {}

    /** A client that connects when it is first used. The routes repeat what fails, so it does not. */
    static KubernetesClient client(KubernetesSettings settings) {
        Config config = settings.kubeconfig() == null ? new ConfigBuilder().build() : read(settings.kubeconfig());
        ConfigBuilder builder = new ConfigBuilder(config)
                .withConnectionTimeout(CONNECT_MILLIS)
                .withRequestTimeout(REQUEST_MILLIS)
                .withRequestRetryBackoffLimit(0);
        if (settings.namespace() != null) {
            builder.withNamespace(settings.namespace());
        }
        return new KubernetesClientBuilder().withConfig(builder.build()).build();
    }

    private static Config read(Path kubeconfig) {
        if (!Files.isReadable(kubeconfig)) {
            throw new SettingsException(List.of("KUBECONFIG names '" + kubeconfig + "', which cannot be read"));
        }
        return Config.fromKubeconfig(kubeconfig.toFile());
    }

    /** The namespace of the client; {@code default} if nothing says which. */
    static String namespace(KubernetesClient client) {
        @Nullable String namespace = client.getNamespace();
        return namespace == null || namespace.isEmpty() ? "default" : namespace;
    }
}
