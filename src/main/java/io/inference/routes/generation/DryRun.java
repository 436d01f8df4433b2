package io.inference.routes.generation;

import io.inference.backend.BackendSettings;
import io.inference.config.Settings;
import io.inference.models.BackendSet;
import io.inference.models.ModelDirectory;
import io.inference.routes.backend.BackendSource;
import io.inference.routes.check.RouteFiles;
import io.inference.routes.door.PublishingPoint;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Processor;
import org.apache.camel.spi.BeanRepository;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Checks a folder of routes as a start of the service would, without its servers: every bean of the service is replaced
 * by one of the same name and type that does nothing. Smoke tests are not run.
 */
public final class DryRun {
    private final GenerationBuilder builder;
    private final BackendSettings backends;

    /** @param service definitions of the service's beans, none of which is created */
    public DryRun(ConfigurableListableBeanFactory service, Settings settings, List<PublishingPoint> doors) {
        RoutesSettings routes = RoutesSettings.of(settings);
        this.backends = BackendSettings.of(settings);
        this.builder = new GenerationBuilder(
                new StandIns(service),
                settings,
                routes.allowed(),
                Extensions.of(routes.extensions()),
                new BackendSource(backends, BackendSet::unconnected, new ModelDirectory()),
                doors,
                new SimpleMeterRegistry());
    }

    /**
     * @return how many routes the folder holds
     * @throws io.inference.routes.check.RouteFaultsException with every fault found
     */
    public int check(Path folder) {
        return builder.check(RouteFiles.read(folder, backends.fileNow(), backends.configFolder()));
    }

    private record StandIns(ConfigurableListableBeanFactory service) implements BeanRepository {
        @Override
        public @Nullable Object lookupByName(String name) {
            return lookupByNameAndType(name, Object.class);
        }

        @Override
        @SuppressWarnings("NullAway") // Camel's contract: null for a missing bean.
        public <T> T lookupByNameAndType(String name, Class<T> type) {
            Object bean = service.containsBeanDefinition(name) ? standIn(name) : null;
            return type.isInstance(bean) ? type.cast(bean) : null;
        }

        private @Nullable Object standIn(String name) {
            if (service.isTypeMatch(name, Processor.class)) {
                return (Processor) exchange -> {};
            }
            if (service.isTypeMatch(name, AggregationStrategy.class)) {
                return (AggregationStrategy) (joined, part) -> part;
            }
            if (service.isTypeMatch(name, DataSource.class)) {
                return new DelegatingDataSource();
            }
            if (service.isTypeMatch(name, RedisTemplate.class)) {
                return new RedisTemplate<Object, Object>();
            }
            return null;
        }

        @Override
        public <T> Map<String, T> findByTypeWithName(Class<T> type) {
            Map<String, T> found = new TreeMap<>();
            for (String name : service.getBeanDefinitionNames()) {
                T bean = lookupByNameAndType(name, type);
                if (bean != null && type != Object.class) {
                    found.put(name, bean);
                }
            }
            return found;
        }

        @Override
        public <T> Set<T> findByType(Class<T> type) {
            return Set.copyOf(findByTypeWithName(type).values());
        }
    }
}
