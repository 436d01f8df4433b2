package io.inference.grpc.method;

import java.net.URI;
import java.util.Map;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Processor;
import org.apache.camel.component.grpc.GrpcComponent;
import org.apache.camel.component.grpc.GrpcConfiguration;
import org.apache.camel.component.grpc.GrpcEndpoint;
import org.apache.camel.spi.annotations.Component;

/**
 * Camel's {@code grpc} component, whose consumers register their method in a generation's table instead of opening a
 * server each. Producers ({@code to: grpc}) are Camel's own.
 */
@Component("grpc")
final class RoutedGrpcComponent extends GrpcComponent {
    private final MethodTable table;

    RoutedGrpcComponent(MethodTable table) {
        this.table = table;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        GrpcConfiguration configuration = new GrpcConfiguration();
        configuration.parseURI(new URI(uri));
        Endpoint endpoint = new RoutedGrpcEndpoint(uri, this, configuration, table);
        setProperties(endpoint, parameters);
        return endpoint;
    }

    private static final class RoutedGrpcEndpoint extends GrpcEndpoint {
        private final MethodTable table;

        private RoutedGrpcEndpoint(
                String uri, RoutedGrpcComponent component, GrpcConfiguration configuration, MethodTable table) {
            super(uri, component, configuration);
            this.table = table;
        }

        @Override
        public Consumer createConsumer(Processor processor) throws Exception {
            MethodConsumer consumer = new MethodConsumer(this, processor, table);
            configureConsumer(consumer);
            return consumer;
        }
    }
}
