package io.inference.routes.generation;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.inference.backend.BackendEntries;
import io.inference.config.Settings;
import io.inference.models.BackendSet;
import io.inference.routes.backend.BackendRoutes;
import io.inference.routes.backend.BackendSource;
import io.inference.routes.backend.Breakers;
import io.inference.routes.check.AllowList;
import io.inference.routes.check.RouteChecks;
import io.inference.routes.check.RouteFaults;
import io.inference.routes.check.RouteFaultsException;
import io.inference.routes.check.RouteFiles;
import io.inference.routes.check.RouteSafety;
import io.inference.routes.check.RouteSchema;
import io.inference.routes.check.SmokeTest;
import io.inference.routes.door.InFlight;
import io.inference.routes.door.PublishingPoint;
import io.inference.routes.door.RouteFault;
import io.inference.routes.status.RouteMeters;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.RouteConfigurationsBuilder;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.BeanRepository;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;

/**
 * Builds generations: each a Camel context of its own over the service's beans, so that a faulty one can be discarded
 * as a whole.
 */
public class GenerationBuilder {
    private final BeanRepository beans;
    private final Settings settings;
    private final List<PublishingPoint> doors;
    private final MeterRegistry registry;
    private final AllowList allowed;
    private final ClassLoader extensions;
    private final BackendSource backends;
    private final Breakers breakers = new Breakers();
    private final AtomicInteger numbers = new AtomicInteger();

    /**
     * @param settings that routes may name
     * @param extensions class loader of the jars for routes
     * @param backends opens the backends of each generation
     */
    public GenerationBuilder(
            BeanRepository beans,
            Settings settings,
            AllowList allowed,
            ClassLoader extensions,
            BackendSource backends,
            List<PublishingPoint> doors,
            MeterRegistry registry) {
        this.beans = beans;
        this.settings = settings;
        this.doors = List.copyOf(doors);
        this.registry = registry;
        this.allowed = allowed;
        this.extensions = extensions;
        this.backends = backends;
    }

    /**
     * Loads, checks, starts and smoke-tests a generation; it serves nothing yet.
     *
     * @throws RouteFaultsException with every fault found; nothing is left running
     */
    public RouteGeneration build(RouteFiles files) {
        RouteGeneration generation = assemble(files);
        try {
            SmokeTest.run(generation.context());
            return generation;
        } catch (RuntimeException e) {
            generation.stop();
            throw e;
        }
    }

    /**
     * Finds the faults of files that are to serve elsewhere.
     *
     * @return how many routes they hold
     * @throws RouteFaultsException with every fault found
     */
    int check(RouteFiles files) {
        RouteGeneration generation = assemble(files);
        int routes = generation.context().getRoutesSize();
        generation.stop();
        return routes;
    }

    private RouteGeneration assemble(RouteFiles files) {
        int number = numbers.incrementAndGet();
        DefaultCamelContext context = GenerationContext.create(number, beans, settings, allowed);
        context.setApplicationContextClassLoader(extensions);
        InFlight calls = new InFlight();
        RouteMeters meters = new RouteMeters(registry);
        meters.attach(context);
        BackendEntries entries = backends.read(files);
        BackendSet open = null;
        boolean started = false;
        try {
            List<PublishingPoint.Publication> publications = new ArrayList<>();
            doors.forEach(door -> publications.add(door.prepare(context, calls)));
            Map<String, CircuitBreaker> bound = load(files, entries, context);
            open = backends.open(entries);
            BackendSource.set(context, open);
            publications.add(backends.publication(open));
            publications.add(HeldConsumers.of(context));
            start(context);
            fail(publications.stream()
                    .flatMap(publication -> publication.faults().stream())
                    .map(fault -> RouteFaults.placed(context, fault))
                    .toList());
            started = true;
            return new RouteGeneration(
                    number, files, files.hash(), Instant.now(), context, open, bound, publications, calls, meters);
        } finally {
            if (!started) {
                context.stop();
                if (open != null) {
                    open.close();
                }
            }
        }
    }

    /** Reports all faults together, as far as one does not hide another. */
    private Map<String, CircuitBreaker> load(RouteFiles files, BackendEntries entries, DefaultCamelContext context) {
        // In parallel: at the start of the service, reading Camel's schema takes as long as reading the routes.
        CompletableFuture<Map<String, List<RouteFault>>> wrong =
                CompletableFuture.supplyAsync(() -> RouteSchema.check(files.routes()));
        List<RouteFault> faults = new ArrayList<>(RouteSafety.check(files.routes(), allowed));
        // Loading a file creates the beans that it names, so everything in it must be allowed first.
        Set<String> unsafe = faults.stream().map(RouteFault::file).collect(Collectors.toSet());
        SortedMap<String, String> safe = files.routes();
        safe.keySet().removeAll(unsafe);
        List<RouteFault> unread = new ArrayList<>();
        parse(safe, context, unread, faults);
        wrong.join().values().forEach(faults::addAll);
        entries.faults().forEach(fault -> faults.add(BackendSource.fault(fault)));
        // The loader stops at the first fault, the schema check reports all.
        unread.stream()
                .filter(fault ->
                        wrong.join().getOrDefault(fault.file(), List.of()).isEmpty())
                .forEach(faults::add);
        boolean whole = unsafe.isEmpty() && unread.isEmpty();
        if (whole) {
            BackendRoutes.add(context, entries.entries(), faults::add);
        }
        Map<String, CircuitBreaker> bound = breakers.bind(context, faults::add);
        faults.addAll(RouteChecks.check(context, settings, files, whole));
        fail(faults);
        return bound;
    }

    private static void parse(
            SortedMap<String, String> files,
            CamelContext context,
            List<RouteFault> unread,
            List<RouteFault> duplicates) {
        List<Map.Entry<String, RoutesBuilder>> builders = new ArrayList<>();
        files.forEach((file, text) -> {
            try {
                PluginHelper.getRoutesLoader(context)
                        .findRoutesBuilders(ResourceHelper.fromString(file, text))
                        .forEach(builder -> builders.add(Map.entry(file, builder)));
            } catch (Exception e) {
                unread.add(RouteFaults.of(file, e));
            }
        });
        // Route configurations first: they apply to routes that are added later.
        for (var builder : builders) {
            add(builder.getKey(), unread, () -> {
                if (builder.getValue() instanceof RouteConfigurationsBuilder configurations) {
                    context.addRoutesConfigurations(configurations);
                }
            });
        }
        Map<String, String> owners = new HashMap<>();
        for (var builder : builders) {
            add(builder.getKey(), unread, () -> {
                context.addRoutes(builder.getValue());
                claimIds(builder.getKey(), (RouteBuilder) builder.getValue(), owners, duplicates);
            });
        }
    }

    /** Camel silently replaces an earlier route with the same id. */
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
            Extensions.within(context, context::start);
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
            throw new RouteFaultsException(faults.stream()
                    .distinct()
                    .sorted(Comparator.comparing(RouteFault::file).thenComparing(RouteFault::line))
                    .toList());
        }
    }

    private interface Addition {
        void run() throws Exception;
    }
}
