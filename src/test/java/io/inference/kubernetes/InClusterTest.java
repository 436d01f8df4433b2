package io.inference.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.config.Settings;
import io.inference.config.SettingsException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.MapPropertySource;

class InClusterTest {
    private static boolean isOn(String enabled, @Nullable String kubeconfig, boolean account) {
        Path file = kubeconfig == null ? null : Path.of(kubeconfig);
        return InCluster.isOn(new KubernetesSettings(enabled, file, null, null, null), account);
    }

    @Test
    void isOnInAPodWithAnAccountAndByAKubeconfigOnlyIfItIsAskedFor() {
        assertThat(isOn("auto", null, true)).isTrue();
        assertThat(isOn("auto", null, false)).isFalse();
        assertThat(isOn("auto", "kubeconfig", false)).isFalse();
        assertThat(isOn("true", "kubeconfig", false)).isTrue();
        assertThat(isOn("false", "kubeconfig", true)).isFalse();
        assertThatThrownBy(() -> isOn("true", null, false))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("KUBERNETES_ENABLED=true");
    }

    @Test
    void withoutAClusterTheBeansOfOneAreNotDefined() {
        try (var context = new AnnotationConfigApplicationContext()) {
            context.getEnvironment()
                    .getPropertySources()
                    .addFirst(new MapPropertySource("test", Map.of("kubernetes-enabled", "false")));
            context.register(KubernetesConfiguration.class, ClusterConfiguration.class, Settings.class);
            context.refresh();
            assertThat(context.getBeansOfType(KubernetesSettings.class)).hasSize(1);
            assertThat(context.containsBean("kubernetesClient")).isFalse();
            assertThat(context.getBeansOfType(HealthIndicator.class)).isEmpty();
        }
    }
}
