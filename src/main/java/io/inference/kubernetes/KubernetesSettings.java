package io.inference.kubernetes;

import io.inference.config.Settings;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The settings of the cluster.
 *
 * @param kubeconfig access from outside; null for a pod's service account
 * @param namespace null for that of the service account or of the kubeconfig
 * @param routes name of the ConfigMap of route files; null for none
 * @param settings name of the ConfigMap of settings; null for none
 */
record KubernetesSettings(
        String enabled,
        @Nullable Path kubeconfig,
        @Nullable String namespace,
        @Nullable String routes,
        @Nullable String settings) {
    static KubernetesSettings of(Settings all) {
        return new KubernetesSettings(
                all.text("kubernetes-enabled"),
                file(all.optionalText("kubeconfig")),
                text(all.optionalText("kubernetes-namespace")),
                text(all.optionalText("kubernetes-routes-configmap")),
                text(all.optionalText("kubernetes-settings-configmap")));
    }

    private static @Nullable Path file(Optional<String> name) {
        return name.map(Path::of).orElse(null);
    }

    private static @Nullable String text(Optional<String> value) {
        return value.orElse(null);
    }
}
