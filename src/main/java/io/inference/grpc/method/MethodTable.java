package io.inference.grpc.method;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServiceDescriptor;
import io.inference.routes.door.InFlight;
import io.inference.routes.door.RouteFault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The methods of one generation and the routes that serve them. Immutable after publication. */
public final class MethodTable {
    private final Map<String, ServiceDescriptor> known;
    private final Map<String, MethodConsumer> consumers = new HashMap<>();
    private final Map<String, ServiceDescriptor> services = new LinkedHashMap<>();
    private final List<RouteFault> faults = new ArrayList<>();

    private final InFlight calls;

    /**
     * @param known services that routes may serve
     * @param calls of the generation whose methods these are
     */
    MethodTable(List<ServiceDescriptor> known, InFlight calls) {
        this.calls = calls;
        this.known = known.stream().collect(Collectors.toMap(ServiceDescriptor::getName, service -> service));
    }

    /** Registers a route. A method that is unknown or already served becomes a fault. */
    void add(MethodConsumer consumer) {
        ServiceDescriptor service = service(consumer.service());
        if (service == null) {
            fault(consumer, "there is no gRPC service '" + consumer.service() + "'; known are " + known.keySet());
            return;
        }
        MethodDescriptor<?, ?> method = method(service, consumer.method());
        if (method == null) {
            fault(consumer, "the gRPC service '" + service.getName() + "' has no method '" + consumer.method() + "'");
            return;
        }
        if (method.getType() != MethodType.UNARY && method.getType() != MethodType.SERVER_STREAMING) {
            fault(consumer, method.getFullMethodName() + " streams its requests, which routes do not serve");
            return;
        }
        MethodConsumer taken = consumers.putIfAbsent(method.getFullMethodName(), consumer);
        if (taken != null) {
            fault(
                    consumer,
                    method.getFullMethodName() + " is already served by the route "
                            + taken.route().id());
        }
        services.put(service.getName(), service);
    }

    /** A service by its full name or, as everywhere in Camel, by the name of its generated class. */
    private @Nullable ServiceDescriptor service(String name) {
        ServiceDescriptor byName = known.get(name);
        if (byName != null) {
            return byName;
        }
        try {
            return (ServiceDescriptor) Class.forName(name + "Grpc")
                    .getMethod("getServiceDescriptor")
                    .invoke(null);
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    private static @Nullable MethodDescriptor<?, ?> method(ServiceDescriptor service, String name) {
        return service.getMethods().stream()
                .filter(method -> name.equalsIgnoreCase(method.getBareMethodName()))
                .findFirst()
                .orElse(null);
    }

    private void fault(MethodConsumer consumer, String message) {
        faults.add(new RouteFault("", 0, consumer.route().id(), message));
    }

    InFlight calls() {
        return calls;
    }

    List<RouteFault> faults() {
        return faults;
    }

    /** Services of which at least one method is served. */
    List<ServiceDescriptor> services() {
        return List.copyOf(services.values());
    }

    Set<String> serviceNames() {
        return services.keySet();
    }

    /** Null if no route serves the method. */
    @Nullable
    MethodConsumer find(String fullMethodName) {
        return consumers.get(fullMethodName);
    }
}
