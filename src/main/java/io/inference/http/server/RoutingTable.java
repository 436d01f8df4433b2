package io.inference.http.server;

import io.inference.http.security.RouteLookup;
import io.inference.routes.check.RouteAccess;
import io.inference.routes.door.InFlight;
import io.inference.routes.door.Published;
import io.inference.routes.door.RouteFault;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/** The paths of one generation and the routes that serve them. Immutable after publication. */
final class RoutingTable {
    private static final PathPatternParser PARSER = new PathPatternParser();
    private static final Set<String> ANY = Set.of("GET", "POST", "PUT", "DELETE", "PATCH");

    private final Map<String, Map<String, RouteConsumer>> exact = new HashMap<>();
    private final List<Pattern> patterns = new ArrayList<>();
    private final List<RouteConsumer> consumers = new ArrayList<>();
    private final List<RouteFault> faults = new ArrayList<>();
    private final InFlight calls;

    /** @param calls of the generation whose paths these are */
    RoutingTable(InFlight calls) {
        this.calls = calls;
    }

    InFlight calls() {
        return calls;
    }

    private record Pattern(PathPattern path, Map<String, RouteConsumer> byMethod) {}

    /**
     * The routes that serve a path.
     *
     * @param byMethod consumers by HTTP method
     * @param variables values of the path's {@code {variables}}
     */
    record Match(Map<String, RouteConsumer> byMethod, Map<String, String> variables) {
        /** The consumer that serves a method; GET's consumer serves HEAD as well. */
        @Nullable
        RouteConsumer consumer(String method) {
            return byMethod.get(method.equals("HEAD") ? "GET" : method);
        }

        /** The path's methods, as the header Allow lists them: HEAD is served if GET is. */
        String allowed() {
            Set<String> methods = new TreeSet<>(byMethod.keySet());
            if (methods.contains("GET")) {
                methods.add("HEAD");
            }
            return String.join(", ", methods);
        }
    }

    /** A looked-up path in an entered generation, which stays until this is closed. */
    record Entry(
            Published.Entered<RoutingTable> generation,
            @Nullable Match match) implements RouteLookup.Entry {
        @Override
        public boolean isRouted() {
            return match != null;
        }

        @Override
        public @Nullable RouteAccess access(String method) {
            RouteConsumer consumer = match == null ? null : match.consumer(method);
            return consumer == null ? null : consumer.route().access();
        }

        @Override
        public void close() {
            generation.close();
        }
    }

    /** Registers a route; a path and method that are already served become a fault. */
    void add(RouteConsumer consumer) {
        consumers.add(consumer);
        String path = consumer.path();
        Map<String, RouteConsumer> byMethod = path.contains("{") || path.contains("*")
                ? patternEntry(path)
                : exact.computeIfAbsent(path, p -> new HashMap<>());
        for (String method : methods(consumer.getEndpoint().getHttpMethodRestrict())) {
            RouteConsumer taken = byMethod.putIfAbsent(method, consumer);
            if (taken != null) {
                faults.add(new RouteFault(
                        "",
                        0,
                        consumer.route().id(),
                        method + " " + path + " is already served by the route "
                                + taken.route().id()));
            }
        }
    }

    private Map<String, RouteConsumer> patternEntry(String path) {
        PathPattern parsed = PARSER.parse(path);
        for (Pattern pattern : patterns) {
            if (pattern.path().equals(parsed)) {
                return pattern.byMethod();
            }
        }
        Pattern pattern = new Pattern(parsed, new HashMap<>());
        patterns.add(pattern);
        patterns.sort(Comparator.comparing(Pattern::path));
        return pattern.byMethod();
    }

    static Set<String> methods(@Nullable String restriction) {
        if (restriction == null || restriction.isBlank()) {
            return ANY;
        }
        Set<String> methods = new TreeSet<>();
        for (String method : restriction.split(",")) {
            methods.add(method.strip().toUpperCase(Locale.ROOT));
        }
        return methods;
    }

    /** Null if no route serves the path. */
    @Nullable
    Match find(String path) {
        Map<String, RouteConsumer> byMethod = exact.get(path);
        if (byMethod != null) {
            return new Match(byMethod, Map.of());
        }
        if (patterns.isEmpty()) {
            return null;
        }
        PathContainer parsed = PathContainer.parsePath(path);
        for (Pattern pattern : patterns) {
            PathPattern.PathMatchInfo info = pattern.path().matchAndExtract(parsed);
            if (info != null) {
                return new Match(pattern.byMethod(), info.getUriVariables());
            }
        }
        return null;
    }

    /** Reads who may call its routes, before the first call. */
    void readAccess() {
        consumers.forEach(consumer -> consumer.route().access());
    }

    List<RouteFault> faults() {
        return faults;
    }

    List<RouteConsumer> consumers() {
        return consumers;
    }
}
