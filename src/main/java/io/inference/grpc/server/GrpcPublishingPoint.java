package io.inference.grpc.server;

import io.grpc.ServiceDescriptor;
import io.inference.routes.InFlight;
import io.inference.routes.PublishingPoint;
import io.inference.routes.RouteFault;
import java.util.List;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;

/** Where generations publish their {@code grpc} routes. The server stays; what it serves changes at once. */
public final class GrpcPublishingPoint implements PublishingPoint {
    private final List<ServiceDescriptor> known;
    private final Consumer<MethodTable> onPublish;

    /**
     * @param known services that routes may serve
     * @param onPublish takes what is served from now on
     */
    GrpcPublishingPoint(List<ServiceDescriptor> known, Consumer<MethodTable> onPublish) {
        this.known = List.copyOf(known);
        this.onPublish = onPublish;
    }

    @Override
    public Publication prepare(CamelContext context, InFlight calls) {
        MethodTable table = new MethodTable(known, calls);
        context.addComponent("grpc", new RoutedGrpcComponent(table));
        return new Publication() {
            @Override
            public List<RouteFault> faults() {
                return table.faults();
            }

            @Override
            public void publish() {
                onPublish.accept(table);
            }
        };
    }
}
