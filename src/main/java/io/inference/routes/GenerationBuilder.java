package io.inference.routes;

import io.inference.config.Settings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.RouteConfigurationsBuilder;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RedeliveryPolicyDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.errorhandler.DefaultErrorHandlerDefinition;
import org.apache.camel.spi.BeanRepository;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.support.DefaultRegistry;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/** Builds generations: each a Camel context of its own over the service's beans, so that a faulty one is thrown away whole. */
class GenerationBuilder {
    private final BeanRepository beans;
    private final Settings settings;
    private final List<PublishingPoint> doors;
    private final MeterRegistry registry;
    private final AtomicInteger numbers = new AtomicInteger();

    GenerationBuilder(BeanRepository beans, Settings settings, List<PublishingPoint> doors, MeterRegistry registry) {
        this.beans = beans;
        this.settings = settings;
        this.doors = List.copyOf(doors);
        this.registry = registry;
    }

    /**
     * Loads, checks and starts; serves nothing yet.
     *
     * @throws RouteFaultsException with every fault found; nothing is left running
     */
    RouteGeneration build(RouteFiles files) {
        int number = numbers.incrementAndGet();
        DefaultCamelContext context = newContext(number);
        InFlight calls = new InFlight();
        RouteMeters meters = new RouteMeters(registry);
        context.getCamelContextExtension().addInterceptStrategy(meters);
        context.addRoutePolicyFactory(meters);
        boolean started = false;
        try {
            List<PublishingPoint.Publication> publications = new ArrayList<>();
            doors.forEach(door -> publications.add(door.prepare(context, calls)));
            load(files, context);
            publications.add(HeldConsumers.of(context));
            fail(RouteChecks.check(context, settings, files));
            start(context);
            fail(publications.stream().flatMap(p -> p.faults().stream()).toList());
            SmokeTest.run(context);
            started = true;
            return new RouteGeneration(
                    number, files, files.hash(), Instant.now(), context, publications, calls, meters);
        } finally {
            if (!started) {
                context.stop();
            }
        }
    }

    private DefaultCamelContext newContext(int number) {
        DefaultCamelContext context = new DefaultCamelContext(new DefaultRegistry(beans));
        context.getCamelContextExtension().setName("routes-" + number);
        context.setSourceLocationEnabled(true);
        context.setStreamCaching(false);
        context.getShutdownStrategy().setLogInflightExchangesOnTimeout(false);
        PropertiesComponent properties = new PropertiesComponent();
        properties.setCamelContext(context);
        // Only our own settings, in their own order: by default an OS variable would beat the command line.
        properties.setEnvironmentVariableMode(PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_NEVER);
        properties.setSystemPropertiesMode(PropertiesComponent.SYSTEM_PROPERTIES_MODE_NEVER);
        properties.addPropertiesSource(new SettingsSource(settings));
        context.setPropertiesComponent(properties);
        // The doors tell the caller and the log what failed, once; Camel's own report would be a second one.
        DefaultErrorHandlerDefinition errors = new DefaultErrorHandlerDefinition();
        errors.setRedeliveryPolicy(
                new RedeliveryPolicyDefinition().logExhausted(false).logRetryAttempted(false));
        context.getCamelContextExtension().setErrorHandlerFactory(errors);
        return context;
    }

    private static void load(RouteFiles files, CamelContext context) {
        List<RouteFault> faults = new ArrayList<>();
        List<Map.Entry<String, RoutesBuilder>> builders = new ArrayList<>();
        files.contents().forEach((file, text) -> {
            try {
                PluginHelper.getRoutesLoader(context)
                        .findRoutesBuilders(ResourceHelper.fromString(file, text))
                        .forEach(builder -> builders.add(Map.entry(file, builder)));
            } catch (Exception e) {
                faults.add(RouteFaults.of(file, e));
            }
        });
        // Route configurations first: a route takes them on when it is added.
        for (var builder : builders) {
            add(builder.getKey(), faults, () -> {
                if (builder.getValue() instanceof RouteConfigurationsBuilder configurations) {
                    context.addRoutesConfigurations(configurations);
                }
            });
        }
        fail(faults);
        Map<String, String> owners = new HashMap<>();
        for (var builder : builders) {
            add(builder.getKey(), faults, () -> {
                context.addRoutes(builder.getValue());
                claimIds(builder.getKey(), (RouteBuilder) builder.getValue(), owners, faults);
            });
        }
        fail(faults);
    }

    /** Camel lets a route take the place of an earlier one with its id, and says nothing. */
    private static void claimIds(
            String file, RouteBuilder builder, Map<String, String> owners, List<RouteFault> faults) {
        for (RouteDefinition route : builder.getRouteCollection().getRoutes()) {
            String owner = owners.putIfAbsent(route.getRouteId(), file);
            if (owner != null) {
                faults.add(new RouteFault(
                        file,
                        route.getLineNumber(),
                        route.getRouteId(),
                        "there is already a route '" + route.getRouteId() + "' in " + owner));
            }
        }
    }

    private static void start(DefaultCamelContext context) {
        try {
            context.start();
        } catch (Exception e) {
            throw new RouteFaultsException(List.of(RouteFaults.ofStart(context, e)));
        }
    }

    private static void add(String file, List<RouteFault> faults, Addition addition) {
        try {
            addition.run();
        } catch (Exception e) {
            faults.add(RouteFaults.of(file, e));
        }
    }

    private static void fail(List<RouteFault> faults) {
        if (!faults.isEmpty()) {
            throw new RouteFaultsException(faults);
        }
    }

    private interface Addition {
        void run() throws Exception;
    }

    /** The settings as {@code {{placeholders}}}. */
    private record SettingsSource(Settings settings) implements PropertiesSource {
        @Override
        public String getName() {
            return "settings";
        }

        @Override
        @SuppressWarnings("NullAway") // Camel's contract: null for a key that this source does not have.
        public String getProperty(String key) {
            return settings.forRoutes(key).orElse(null);
        }
    }
}
