package io.inference.routes.generation;

import java.util.Map;
import java.util.Set;
import org.apache.camel.Component;
import org.apache.camel.spi.BeanRepository;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/**
 * The service's beans that a route can name: those of Camel's types. All others are hidden, such
 * as Spring's environment with its secrets and the connection pool of the database, and also the parts of the service
 * context, which would then have two owners.
 */
record PublishedBeans(BeanRepository service) implements BeanRepository {
    private static final String CAMEL = "org.apache.camel.";

    @Override
    @SuppressWarnings("NullAway") // Camel's contract: null for a missing bean.
    public @Nullable Object lookupByName(String name) {
        return published(service.lookupByName(name));
    }

    @Override
    @SuppressWarnings("NullAway") // Camel's contract: null for a missing bean.
    public <T> @Nullable T lookupByNameAndType(String name, Class<T> type) {
        return published(service.lookupByNameAndType(name, type));
    }

    private static <T> @Nullable T published(@Nullable T bean) {
        return bean != null && isForCamel(bean) && !isCamelsOwn(bean) ? bean : null;
    }

    /**
     * A component belongs to the context that starts it; those that Camel's starter creates belong to the service
     * context.
     */
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

    /** Called by Camel itself, never for a route. */
    @Override
    public <T> Map<String, T> findByTypeWithName(Class<T> type) {
        return service.findByTypeWithName(type);
    }

    /** Called by Camel itself, never for a route. */
    @Override
    public <T> Set<T> findByType(Class<T> type) {
        return service.findByType(type);
    }
}
