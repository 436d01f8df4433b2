package io.inference.grpc.method;

import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.services.HealthStatusManager;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.routes.door.InFlight;
import io.inference.routes.door.Published;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The methods of the server: those of the generation that was published last. A call in progress stays with the
 * generation that it began on. Every method name has a handler, so that a caller without a credential gets that error
 * first.
 */
public final class PublishedMethods extends HandlerRegistry implements GrpcPublishingPoint.Target {
    private static final ServerCallHandler<?, ?> LISTED_ONLY = (call, headers) -> {
        throw new IllegalStateException("this definition is for reflection");
    };

    private final RpcHandler.Door door;
    private final HealthStatusManager health;
    private final Published<Served> published = new Published<>(
            new Served(new MethodTable(List.of(), new InFlight()), Map.of(), List.of()),
            served -> served.table().calls());

    /** The methods of one generation. */
    record Served(
            MethodTable table,
            Map<String, ServerMethodDefinition<?, ?>> methods,
            List<ServerServiceDefinition> services) {}

    /** @param door parts that the handlers of all methods share */
    public PublishedMethods(RpcHandler.Door door, HealthStatusManager health) {
        this.door = door;
        this.health = health;
    }

    /** A route that serves a call. Its generation stays until the call has left it. */
    record Method(MethodConsumer consumer, Published.Entered<Served> generation) {}

    /**
     * Null if no route of the generation serves the method.
     *
     * @param preview whether the candidate generation is requested
     * @throws InferenceException if it is requested and there is none
     */
    @Nullable
    Method enter(String fullMethodName, boolean preview) {
        Published.Entered<Served> generation = published.enter(preview);
        boolean found = false;
        try {
            generation.checkPreview(preview);
            MethodConsumer consumer = generation.table().table().find(fullMethodName);
            found = consumer != null;
            return consumer == null ? null : new Method(consumer, generation);
        } finally {
            if (!found) {
                generation.close();
            }
        }
    }

    @Override
    public void preview(@Nullable MethodTable table) {
        published.preview(table == null ? null : served(table));
    }

    private Served served(MethodTable table) {
        Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();
        for (ServiceDescriptor service : table.services()) {
            for (MethodDescriptor<?, ?> method : service.getMethods()) {
                methods.put(
                        method.getFullMethodName(),
                        ServerMethodDefinition.create(
                                LenientMarshaller.descriptor(method),
                                new RpcHandler(method.getFullMethodName(), this, door)));
            }
        }
        return new Served(
                table,
                methods,
                table.services().stream().map(PublishedMethods::listed).toList());
    }

    @Override
    public void publish(MethodTable table) {
        Served before = published.current();
        published.publish(served(table));
        before.services().stream()
                .map(service -> service.getServiceDescriptor().getName())
                .filter(name -> !table.serviceNames().contains(name))
                .forEach(health::clearStatus);
        table.serviceNames()
                .forEach(name -> health.setStatus(name, io.grpc.health.v1.HealthCheckResponse.ServingStatus.SERVING));
    }

    @Override
    public ServerMethodDefinition<?, ?> lookupMethod(String fullMethodName, @Nullable String authority) {
        ServerMethodDefinition<?, ?> method = published.current().methods().get(fullMethodName);
        Served waiting = published.candidate();
        if (method == null && waiting != null) {
            // Its handler checks whether the call is for the candidate.
            method = waiting.methods().get(fullMethodName);
        }
        return method != null ? method : unknown(fullMethodName);
    }

    /** For reflection alone. */
    @Override
    public List<ServerServiceDefinition> getServices() {
        return published.current().services();
    }

    private static ServerServiceDefinition listed(ServiceDescriptor service) {
        ServerServiceDefinition.Builder builder = ServerServiceDefinition.builder(service);
        service.getMethods().forEach(method -> addListed(builder, method));
        return builder.build();
    }

    @SuppressWarnings("unchecked") // The handler is never called.
    private static <Q, A> void addListed(ServerServiceDefinition.Builder builder, MethodDescriptor<Q, A> method) {
        builder.addMethod(method, (ServerCallHandler<Q, A>) LISTED_ONLY);
    }

    private static ServerMethodDefinition<?, ?> unknown(String fullMethodName) {
        return ServerMethodDefinition.create(
                LenientMarshaller.anything(fullMethodName),
                Refusal.handler(
                        new InferenceException(ErrorCode.NOT_CONFIGURED, "this service has no method of that name")));
    }
}
