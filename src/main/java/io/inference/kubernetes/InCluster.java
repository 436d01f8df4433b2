package io.inference.kubernetes;

import io.inference.config.Settings;
import io.inference.config.SettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Whether there is a cluster to watch, by KUBERNETES_ENABLED and by what the process finds. */
final class InCluster implements Condition {
    private static final Path TOKEN = Path.of("/var/run/secrets/kubernetes.io/serviceaccount/token");

    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
        Settings all = new Settings(context.getEnvironment());
        boolean account = all.variable("KUBERNETES_SERVICE_HOST").isPresent() && Files.isReadable(TOKEN);
        return isOn(KubernetesSettings.of(all), account);
    }

    /**
     * A kubeconfig alone turns nothing on: it is often there on the machine of a developer, whose process must not take
     * part in what runs in that cluster.
     *
     * @param account whether the token of a service account is mounted
     */
    static boolean isOn(KubernetesSettings settings, boolean account) {
        return switch (settings.enabled()) {
            case "false" -> false;
            case "auto" -> account;
            default -> {
                if (!account && settings.kubeconfig() == null) {
                    throw new SettingsException(List.of("KUBERNETES_ENABLED=true, but there is neither the token of a"
                            + " service account (automountServiceAccountToken) nor KUBECONFIG"));
                }
                yield true;
            }
        };
    }
}
