package io.inference.routes.generation;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Component;
import org.apache.camel.spi.BeanRepository;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/**
 * What of the service's beans a route can name: what is made for Camel, and circuit breakers. The rest, from Spring's
 * environment with its secrets to the pool of the database, is not there; nor are the parts of the service context,
 * which would then have two owners.
 */
record PublishedBeans(BeanRepository service) implements BeanRepository {
    private static final String CAMEL = "org.apache.camel.";

    @Override
    @SuppressWarnings("NullAway") // Camel's contract: null for a bean that is not there.
    public @Nullable Object lookupByName(String name) {
        return published(service.lookupByName(name));
    }

    @Override
    @SuppressWarnings("NullAway") // Camel's contract: null for a bean that is not there.
    public <T> @Nullable T lookupByNameAndType(String name, Class<T> type) {
        return published(service.lookupByNameAndType(name, type));
    }

    private static <T> @Nullable T published(@Nullable T bean) {
        return bean instanceof CircuitBreaker || bean != null && isForCamel(bean) && !isCamelsOwn(bean) ? bean : null;
    }

    /** A component belongs to the context that starts it; what Camel's starter makes, to the service context. */
    private static boolean isCamelsOwn(Object bean) {
        return bean instanceof Component || bean.getClass().getName().startsWith(CAMEL);
    }

    private static boolean isForCamel(Object bean) {
        for (Class<?> type : ClassUtils.getAllInterfaces(bean)) {
            if (type.getName().startsWith(CAMEL)) {
                return true;
            }
        }
        return false;
    }

    /** Asked by Camel itself, never by a route. */
    @Override
    public <T> Map<String, T> findByTypeWithName(Class<T> type) {
        return service.findByTypeWithName(type);
    }

    /** Asked by Camel itself, never by a route. */
    @Override
    public <T> Set<T> findByType(Class<T> type) {
        return service.findByType(type);
    }
}
