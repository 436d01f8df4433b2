package io.inference.grpc.method;

import io.grpc.ServiceDescriptor;
import io.inference.routes.door.InFlight;
import io.inference.routes.door.PublishingPoint;
import io.inference.routes.door.RouteFault;
import java.util.List;
import org.apache.camel.CamelContext;
import org.jspecify.annotations.Nullable;

/** Publishes generations' {@code grpc} routes. The server keeps running; its methods change at once. */
public final class GrpcPublishingPoint implements PublishingPoint {
    private final List<ServiceDescriptor> known;
    private final Target target;

    /** Serves the methods of generations. */
    public interface Target {
        /** Sets the methods that are served from now on. */
        void publish(MethodTable table);

        /** Sets the methods that are served to admins who ask for the candidate; null if there is no candidate. */
        void preview(@Nullable MethodTable table);
    }

    /** @param known services that routes may serve */
    public GrpcPublishingPoint(List<ServiceDescriptor> known, Target target) {
        this.known = List.copyOf(known);
        this.target = target;
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
                target.publish(table);
            }

            @Override
            public void preview(boolean on) {
                target.preview(on ? table : null);
            }
        };
    }
}
