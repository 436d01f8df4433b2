package io.inference.routes.generation;

import io.inference.backend.BackendSettings;
import io.inference.config.Settings;
import io.inference.models.BackendPool;
import io.inference.models.ModelDirectory;
import io.inference.routes.backend.BackendSource;
import io.inference.routes.check.RouteSource;
import io.inference.routes.door.PublishingPoint;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.apache.camel.spring.spi.ApplicationContextBeanRepository;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class RoutesConfiguration {
    /** Two scans and the build of a generation take well under a second. */
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    @Bean
    RoutesSettings routesSettings(Settings settings) {
        return RoutesSettings.of(settings);
    }

    @Bean
    RouteSource routeSource(RoutesSettings settings, BackendSettings backends) {
        return new RouteSource(settings.folder(), backends::fileNow, backends.configFolder());
    }

    @Bean
    RouteGenerations routeGenerations(
            ApplicationContext application,
            Settings all,
            RoutesSettings settings,
            RouteSource source,
            BackendSettings backendSettings,
            BackendPool pool,
            ModelDirectory directory,
            List<PublishingPoint> doors,
            MeterRegistry registry) {
        var beans = new ApplicationContextBeanRepository(application);
        var builder = new GenerationBuilder(
                beans,
                all,
                settings.allowed(),
                Extensions.of(settings.extensions()),
                new BackendSource(backendSettings, pool::open, directory),
                doors,
                registry);
        var lastGood = LastGood.of(settings.folder(), settings.dataFolder());
        return new RouteGenerations(builder, settings, source, lastGood, change -> {
            registry.counter(
                            "inference.routes.changes",
                            "outcome",
                            change.outcome().name().toLowerCase(Locale.ROOT))
                    .increment();
            application.publishEvent(change);
        });
    }

    /** For the service context; generations make their own. */
    @Bean
    SettingsSource settingsSource(Settings settings) {
        return new SettingsSource(settings);
    }

    @Bean
    RoutesWatcher routesWatcher(RouteGenerations generations, RouteSource source) {
        return new RoutesWatcher(generations, source, LOOK_EVERY);
    }

    @Bean
    RoutesHealth routesHealthIndicator(RouteGenerations generations) {
        return new RoutesHealth(generations);
    }
}
