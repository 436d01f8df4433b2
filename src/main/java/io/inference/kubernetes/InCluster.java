package io.inference.kubernetes;

import io.inference.config.Settings;
import io.inference.config.SettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.context.aot.AbstractAotProcessor;
import org.springframework.core.env.Environment;

/**
 * Removes what watches a cluster, unless there is one, by KUBERNETES_ENABLED and by what the process finds. It is not a
 * condition of the beans, because the build of the production jar decides on those.
 */
final class InCluster implements BeanDefinitionRegistryPostProcessor {
    private static final Path TOKEN = Path.of("/var/run/secrets/kubernetes.io/serviceaccount/token");

    private final Environment environment;

    InCluster(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        if (Boolean.getBoolean(AbstractAotProcessor.AOT_PROCESSING) || isOn()) {
            return;
        }
        for (String name : registry.getBeanDefinitionNames()) {
            if (ClusterConfiguration.NAME.equals(
                    registry.getBeanDefinition(name).getFactoryBeanName())) {
                registry.removeBeanDefinition(name);
            }
        }
    }

    private boolean isOn() {
        Settings all = new Settings(environment);
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
