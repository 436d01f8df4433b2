package io.inference.amqp.consumer;

import io.inference.amqp.message.Delivery;
import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.broker.Publisher;
import io.inference.call.Calls;
import io.inference.routes.check.RouteAccess;
import io.inference.routes.door.InFlight;
import io.inference.routes.door.PublishingPoint;
import io.inference.routes.door.RouteFault;
import io.inference.routes.door.RouteRun;
import io.inference.security.AuditLog;
import io.inference.security.GroupNames;
import io.inference.security.UserAccess;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.component.springrabbit.DefaultMessagePropertiesConverter;
import org.apache.camel.component.springrabbit.SpringRabbitMQComponent;
import org.apache.camel.component.springrabbit.SpringRabbitMQEndpoint;
import org.apache.camel.support.SynchronizationAdapter;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.amqp.rabbit.listener.AbstractMessageListenerContainer;
import org.springframework.amqp.support.converter.MessageConverter;
import org.springframework.security.authentication.ProviderManager;

/**
 * Gives each generation its {@code spring-rabbitmq} component: Camel's, with listener containers of this service. Its
 * consumers are created stopped; a generation starts them when it is published and stops them before the next one is
 * published.
 */
public final class AmqpPublishingPoint implements PublishingPoint {
    private static final String COMPONENT = "spring-rabbitmq";

    private final ConnectionFactory connections;
    private final AmqpDoor door;
    private final QueueConsumers queueConsumers;
    private final AmqpSettings settings;

    public AmqpPublishingPoint(
            ConnectionFactory connections, AmqpDoor door, QueueConsumers queueConsumers, AmqpSettings settings) {
        this.connections = connections;
        this.door = door;
        this.queueConsumers = queueConsumers;
        this.settings = settings;
    }

    /** A publishing point that checks routes and never connects: consumers are created but not started. */
    public static PublishingPoint forChecks() {
        AmqpSettings settings = new AmqpSettings(1, 1, true, 0, Duration.ZERO);
        QueueConsumers queueConsumers = new QueueConsumers();
        AmqpDoor door = new AmqpDoor(
                settings,
                new ProviderManager(new BrokerUserProvider(false)),
                new UserAccess(GroupNames.parse("")),
                new Calls(List.of(), Duration.ZERO),
                new AuditLog(),
                new Publisher(Duration.ZERO),
                queueConsumers);
        return new AmqpPublishingPoint(new CachingConnectionFactory(), door, queueConsumers, settings);
    }

    @Override
    public Publication prepare(CamelContext context, InFlight calls) {
        SpringRabbitMQComponent component = new SpringRabbitMQComponent();
        // Added before it is configured: adding it applies camel.component.spring-rabbitmq.*, which must not override
        // what the endpoint relies on.
        context.addComponent(COMPONENT, component);
        component.setConnectionFactory(connections);
        // This service declares the topology itself: a route would declare a classic queue.
        component.setAutoDeclare(false);
        component.setTestConnectionOnStartup(false);
        component.setMessageConverter(new Bytes());
        component.setMessagePropertiesConverter(new Properties());
        component.setListenerContainerFactory(endpoint -> container(endpoint, calls));
        return new Consumers(context);
    }

    private AbstractMessageListenerContainer container(SpringRabbitMQEndpoint endpoint, InFlight calls) {
        RequestContainer container = new RequestContainer(connections, queueConsumers, settings, calls, door::take);
        container.setAutoDeclare(false);
        container.setQueueNames(queues(endpoint));
        return container;
    }

    private static String[] queues(SpringRabbitMQEndpoint endpoint) {
        return endpoint.getQueues() == null
                ? new String[0]
                : Stream.of(endpoint.getQueues().split(","))
                        .map(String::strip)
                        .filter(queue -> !queue.isEmpty())
                        .toArray(String[]::new);
    }

    /** Faults of a generation's routes that consume messages. */
    private record Consumers(CamelContext context) implements Publication {
        @Override
        public List<RouteFault> faults() {
            Map<String, String> owners = new HashMap<>();
            return context.getRoutes().stream()
                    .filter(route -> route.getEndpoint() instanceof SpringRabbitMQEndpoint)
                    .flatMap(route -> Stream.of(queues((SpringRabbitMQEndpoint) route.getEndpoint()))
                            .flatMap(queue -> fault(owners, route, queue)))
                    .toList();
        }

        private static Stream<RouteFault> fault(Map<String, String> owners, Route route, String queue) {
            String owner = owners.putIfAbsent(queue, route.getRouteId());
            return owner == null
                    ? Stream.empty()
                    : Stream.of(new RouteFault(
                            "", 0, route.getRouteId(), queue + " is already consumed by the route " + owner));
        }

        @Override
        public void publish() {
            // The generation starts the consumers themselves.
        }
    }

    /** Bodies stay bytes, whatever content type the message has. */
    private static final class Bytes implements MessageConverter {
        @Override
        public Message toMessage(Object body, MessageProperties properties) {
            byte[] bytes =
                    body instanceof byte[] given ? given : String.valueOf(body).getBytes(StandardCharsets.UTF_8);
            return new Message(bytes, properties);
        }

        @Override
        public Object fromMessage(Message message) {
            return message.getBody();
        }
    }

    /** Sets on an exchange what no header may carry: the call, the caller and the delivery. */
    private final class Properties extends DefaultMessagePropertiesConverter {
        /** By route of this generation; definitions are read once. */
        private final Map<String, RouteAccess> accesses = new ConcurrentHashMap<>();

        @Override
        public Map<String, Object> fromMessageProperties(MessageProperties properties, Exchange exchange) {
            Delivery delivery = properties.getHeader(RequestContainer.DELIVERY);
            properties.getHeaders().remove(RequestContainer.DELIVERY);
            Call call = door.call();
            delivery.setCall(call);
            exchange.setProperty(Delivery.PROPERTY, delivery);
            RouteRun.fill(exchange, call, null);
            Caller caller = door.authenticate(delivery, call);
            exchange.setProperty(Caller.PROPERTY, caller);
            RouteAccess access = accesses.computeIfAbsent(
                    exchange.getFromRouteId(), route -> RouteAccess.of(exchange.getContext(), route));
            door.checkAccess(caller, access);
            access.nameScope(exchange);
            exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
                @Override
                public void onDone(Exchange done) {
                    delivery.setFailure(RouteRun.failure(done));
                }
            });
            Map<String, Object> headers = new HashMap<>(super.fromMessageProperties(properties, exchange));
            headers.put("InferenceRequestId", call.id());
            return headers;
        }
    }
}
