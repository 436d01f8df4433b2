package io.inference.kubernetes;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.inference.config.LiveSettings;
import io.inference.config.Settings;
import io.inference.routes.check.RouteSource;
import io.inference.routes.generation.RouteGenerations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.spi.PropertiesSource;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that {@code camel/*.camel.yaml} name, if there is a cluster ({@link InCluster}). */
@Configuration(value = ClusterConfiguration.NAME, proxyBeanMethods = false)
class ClusterConfiguration {
    static final String NAME = "clusterConfiguration";

    /** As clients of Kubernetes have it. */
    private static final Duration LEASE = Duration.ofSeconds(15);

    private static final String ROUTES = "watch-routes";
    private static final String SETTINGS = "watch-settings";

    @Bean
    KubernetesClient kubernetesClient(KubernetesSettings settings) {
        return Cluster.client(settings);
    }

    @Bean
    Leadership clusterLeadership(KubernetesClient client, Settings settings) {
        // A pod that is made again has the name of the one before, so the name alone would not do.
        String identity = replica(settings) + "_" + UUID.randomUUID().toString().substring(0, 8);
        return new Leadership(client, Cluster.namespace(client), identity, LEASE);
    }

    private static String replica(Settings settings) {
        return settings.variable("HOSTNAME").orElse("a process outside the cluster");
    }

    @Bean
    Reports clusterReports(KubernetesClient client, Settings settings, Leadership leadership) {
        return new Reports(client, Cluster.namespace(client), replica(settings), leadership::isLeader);
    }

    @Bean
    Processor dueReportsProcessor(Reports reports) {
        return reports::due;
    }

    @Bean
    Processor annotateConfigMapProcessor(Reports reports) {
        return reports::annotate;
    }

    @Bean
    Processor noteReportProcessor(Reports reports) {
        return reports::made;
    }

    @Bean
    RoutesChange clusterRoutes(
            KubernetesSettings settings, RouteSource source, RouteGenerations generations, Reports reports) {
        return new RoutesChange(name(settings.routes()), source, generations, reports);
    }

    @Bean
    SettingsChange clusterSettings(
            KubernetesSettings settings, Settings all, List<LiveSettings> live, Reports reports) {
        return new SettingsChange(name(settings.settings()), all, live, reports);
    }

    @Bean
    WatchedConfigMap routesConfigMapProcessor(KubernetesSettings settings, Reports reports, RoutesChange change) {
        return new WatchedConfigMap(name(settings.routes()), ROUTES, reports, change);
    }

    @Bean
    WatchedConfigMap settingsConfigMapProcessor(KubernetesSettings settings, Reports reports, SettingsChange change) {
        return new WatchedConfigMap(name(settings.settings()), SETTINGS, reports, change);
    }

    @Bean
    Processor rereadConfigMapProcessor(ObjectProvider<WatchedConfigMap> watched) {
        List<WatchedConfigMap> all = watched.stream().toList();
        return exchange -> {
            ConfigMap map = exchange.getMessage().getBody(ConfigMap.class);
            CamelContext context = exchange.getContext();
            for (WatchedConfigMap each : all) {
                String ended =
                        map != null && each.name().equals(map.getMetadata().getName()) ? each.reread(map) : null;
                if (ended != null) {
                    context.getRouteController().stopRoute(ended);
                    context.getRouteController().startRoute(ended);
                }
            }
        };
    }

    @Bean
    ServiceEndpoints serviceEndpoints() {
        return new ServiceEndpoints();
    }

    @Bean
    Processor endpointsProcessor(ServiceEndpoints endpoints) {
        return endpoints::watched;
    }

    @Bean
    Processor allEndpointsProcessor(ServiceEndpoints endpoints) {
        return endpoints::reread;
    }

    /** What the routes name; without it they do not exist. */
    @Bean
    PropertiesSource clusterProperties(KubernetesSettings settings, KubernetesClient client) {
        List<String> maps = new ArrayList<>();
        if (settings.routes() != null) {
            maps.add(settings.routes());
        }
        if (settings.settings() != null) {
            maps.add(settings.settings());
        }
        Map<String, String> values = Map.of(
                "cluster", "true",
                "cluster-namespace", Cluster.namespace(client),
                "cluster-routes", name(settings.routes()),
                "cluster-settings", name(settings.settings()),
                "cluster-configmaps", String.join(",", maps));
        return new PropertiesSource() {
            @Override
            public String getName() {
                return "cluster";
            }

            @Override
            @SuppressWarnings("NullAway") // Camel's contract: null for an unknown key.
            public String getProperty(String key) {
                return values.get(key);
            }
        };
    }

    @Bean
    HealthIndicator kubernetesHealthIndicator(Leadership leadership, SettingsChange change) {
        return () -> Health.up()
                .withDetail("leader", leadership.isLeader())
                .withDetail(
                        "needsRestart", change.needRestart().stream().sorted().toList())
                .build();
    }

    private static String name(@Nullable String configMap) {
        return configMap == null ? "" : configMap;
    }
}
