package io.inference.kubernetes;

import io.inference.config.Settings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** What exists outside a cluster, too. */
@Configuration(proxyBeanMethods = false)
class KubernetesConfiguration {
    @Bean
    KubernetesSettings kubernetesSettings(Settings settings) {
        return KubernetesSettings.of(settings);
    }

    @Bean
    static InCluster inCluster(Environment environment) {
        return new InCluster(environment);
    }
}
