package io.inference.routes.generation;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.config.Settings;
import io.inference.routes.check.AllowList;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ExtendedCamelContext;
import org.apache.camel.LoggingLevel;
import org.apache.camel.Route;
import org.apache.camel.TypeConverters;
import org.apache.camel.component.bean.BeanComponent;
import org.apache.camel.component.direct.DirectComponent;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.OnExceptionDefinition;
import org.apache.camel.model.RedeliveryPolicyDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.errorhandler.DefaultErrorHandlerDefinition;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.apache.camel.spi.BeanRepository;
import org.apache.camel.spi.CamelLogger;
import org.apache.camel.spi.ComponentResolver;
import org.apache.camel.spi.LanguageResolver;
import org.apache.camel.spi.ThreadPoolProfile;
import org.apache.camel.spi.TypeConverterRegistry;
import org.apache.camel.spring.boot.SpringTypeConverter;
import org.apache.camel.support.DefaultRegistry;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.util.concurrent.ThreadPoolRejectedPolicy;

/**
 * Creates the empty Camel context of a generation: with the service's beans and settings, and limited to what routes
 * may use.
 */
public final class GenerationContext {
    private static final int MAX_THREADS = 32;
    private static final int MAX_QUEUED = 1_000;

    private GenerationContext() {}

    public static DefaultCamelContext create(int number, BeanRepository beans, Settings settings, AllowList allowed) {
        DefaultCamelContext context = new DefaultCamelContext(new DefaultRegistry(new PublishedBeans(beans)));
        context.getCamelContextExtension().setName("routes-" + number);
        context.setSourceLocationEnabled(true);
        context.setStreamCaching(false);
        // A log step without a name of its own follows LOG_LEVEL, as all below "routes" does.
        context.getGlobalOptions().put(Exchange.LOG_EIP_NAME, "routes.${routeId}");
        context.getShutdownStrategy().setLogInflightExchangesOnTimeout(false);
        PropertiesComponent properties = new PropertiesComponent();
        properties.setCamelContext(context);
        // Only our own settings, in their own order: by default an OS variable would beat the command line.
        properties.setEnvironmentVariableMode(PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_NEVER);
        properties.setSystemPropertiesMode(PropertiesComponent.SYSTEM_PROPERTIES_MODE_NEVER);
        properties.setAutoDiscoverPropertiesSources(false);
        properties.addPropertiesSource(new SettingsSource(settings));
        context.setPropertiesComponent(properties);
        restrict(context.getCamelContextExtension(), allowed);
        convert(context.getTypeConverterRegistry(), beans);
        context.addComponent("bean", new BeansByName());
        // A call of a missing route fails immediately: all routes of a generation start before it serves.
        context.getComponent("direct", DirectComponent.class).setBlock(false);
        context.getExecutorServiceManager().setDefaultThreadPoolProfile(threads());
        // The doors report a failure to the caller and the log once; Camel's own report would repeat it.
        DefaultErrorHandlerDefinition errors = new DefaultErrorHandlerDefinition();
        errors.setRedeliveryPolicy(
                new RedeliveryPolicyDefinition().logExhausted(false).logRetryAttempted(false));
        CamelLogger silent = new CamelLogger(GenerationContext.class.getName(), LoggingLevel.OFF);
        errors.setLoggerBean(silent);
        context.getCamelContextExtension().setErrorHandlerFactory(errors);
        context.addLifecycleStrategy(new PlainFailures(silent));
        return context;
    }

    /**
     * A route that handles no exceptions of its own leaves them to the route that calls it. An error handler in between
     * would mark them as handled as far as they can be, and cost each of its steps.
     */
    private static final class PlainFailures extends LifecycleStrategySupport {
        /** Tells the error handler that a route has if its file defines none, and its copies, from others. */
        private final CamelLogger silent;

        PlainFailures(CamelLogger silent) {
            this.silent = silent;
        }

        @Override
        public void onRouteContextCreate(Route route) {
            if (route.getErrorHandlerFactory() instanceof DefaultErrorHandlerDefinition errors
                    && silent.equals(errors.getLoggerBean())
                    && route.getRoute() instanceof RouteDefinition definition
                    && definition.getOutputs().stream().noneMatch(OnExceptionDefinition.class::isInstance)) {
                route.setErrorHandlerFactory(new NoErrorHandlerDefinition());
            }
        }
    }

    /** Type conversion as in Camel on Spring Boot; component options and customizers are found by Camel itself. */
    private static void convert(TypeConverterRegistry converters, BeanRepository beans) {
        beans.findByType(TypeConverters.class).forEach(converters::addTypeConverters);
        beans.findByType(SpringTypeConverter.class)
                .forEach(spring -> converters.addFallbackTypeConverter(spring, true));
    }

    /** The list also limits addresses and languages that a route computes while it runs. */
    private static void restrict(ExtendedCamelContext context, AllowList allowed) {
        ComponentResolver components = context.getContextPlugin(ComponentResolver.class);
        context.addContextPlugin(ComponentResolver.class, (name, camel) -> {
            if (!allowed.component(name)) {
                throw new InferenceException(ErrorCode.INTERNAL, AllowList.refusal("component", name));
            }
            return components.resolveComponent(name, camel);
        });
        LanguageResolver languages = context.getContextPlugin(LanguageResolver.class);
        context.addContextPlugin(LanguageResolver.class, (name, camel) -> {
            if (!allowed.language(name)) {
                throw new InferenceException(ErrorCode.INTERNAL, AllowList.refusal("language", name));
            }
            return languages.resolveLanguage(name, camel);
        });
    }

    /** Calls beans only by name: Camel takes an unknown name for a class and creates an instance. */
    private static final class BeansByName extends BeanComponent {
        @Override
        protected Endpoint createEndpoint(String uri, String name, Map<String, Object> parameters) throws Exception {
            if (getCamelContext().getRegistry().lookupByName(name) == null) {
                throw new InferenceException(ErrorCode.INTERNAL, "no bean '" + name + "'");
            }
            return super.createEndpoint(uri, name, parameters);
        }
    }

    /**
     * For steps that run in parallel and mostly wait. If the pool is full, tasks run on the callers' threads, which
     * slows them.
     */
    private static ThreadPoolProfile threads() {
        ThreadPoolProfile threads = new ThreadPoolProfile("routes");
        threads.setDefaultProfile(true);
        // The pool grows beyond this only if its queue is full.
        threads.setPoolSize(MAX_THREADS);
        threads.setMaxPoolSize(MAX_THREADS);
        threads.setMaxQueueSize(MAX_QUEUED);
        threads.setRejectedPolicy(ThreadPoolRejectedPolicy.CallerRuns);
        threads.setKeepAliveTime(60L);
        threads.setTimeUnit(TimeUnit.SECONDS);
        threads.setAllowCoreThreadTimeOut(true);
        return threads;
    }
}
