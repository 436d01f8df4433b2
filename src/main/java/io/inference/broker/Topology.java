package io.inference.broker;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.amqp.AmqpException;
import org.springframework.amqp.core.Binding;
import org.springframework.amqp.core.Declarable;
import org.springframework.amqp.core.Declarables;
import org.springframework.amqp.core.Exchange;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.amqp.rabbit.core.RabbitAdmin;

/**
 * Declares the required topology and finds differences from the existing one. A broker with quorum queues compares the
 * arguments of a declaration, including the type, with the existing queue; an older one ignores unknown arguments and
 * creates a classic queue, so that its version is checked first.
 */
final class Topology {
    /** 404 and the like are errors of this service; these two are differences. */
    private static final List<String> DIFFERENCES = List.of("PRECONDITION_FAILED", "RESOURCE_LOCKED", "ACCESS_REFUSED");

    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");
    private static final Pattern REPLY = Pattern.compile("reply-text=(.*?)(?:, class-id=|$)", Pattern.DOTALL);

    private Topology() {}

    /** @throws TopologyException with a line for each queue, exchange or binding that differs */
    static void declare(Declarables topology, ConnectionFactory connections, Connection connection)
            throws TopologyException {
        checkVersion(connection);
        RabbitAdmin admin = new RabbitAdmin(connections);
        List<String> faults = new ArrayList<>();
        declare(admin, topology.getDeclarablesByType(Exchange.class), faults);
        declare(admin, topology.getDeclarablesByType(Queue.class), faults);
        if (faults.isEmpty()) {
            declare(admin, topology.getDeclarablesByType(Binding.class), faults);
        }
        if (!faults.isEmpty()) {
            throw new TopologyException(faults);
        }
    }

    private static void checkVersion(Connection connection) throws TopologyException {
        String version = String.valueOf(connection.getServerProperties().get("version"));
        Matcher matcher = VERSION.matcher(version);
        boolean recent = matcher.matches()
                && Integer.parseInt(matcher.group(1)) * 1000 + Integer.parseInt(matcher.group(2)) >= 3010;
        if (!recent) {
            throw new TopologyException(
                    List.of("the broker is version " + version + "; quorum queues need RabbitMQ 3.10 or newer"));
        }
    }

    private static void declare(RabbitAdmin admin, List<? extends Declarable> parts, List<String> faults) {
        for (Declarable part : parts) {
            try {
                switch (part) {
                    case Exchange exchange -> admin.declareExchange(exchange);
                    case Queue queue -> admin.declareQueue(queue);
                    case Binding binding -> admin.declareBinding(binding);
                    default -> throw new IllegalArgumentException("not a part of a topology: " + part);
                }
            } catch (AmqpException e) {
                faults.add(difference(e));
            }
        }
    }

    /** The broker's own message, which names the queue and the argument; any other failure is an outage. */
    private static String difference(AmqpException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ShutdownSignalException signal && !signal.isHardError()) {
                Matcher reply = REPLY.matcher(String.valueOf(signal.getMessage()));
                if (reply.find() && DIFFERENCES.stream().anyMatch(reply.group(1)::startsWith)) {
                    return reply.group(1).replaceFirst("^[A-Z_]+ - ", "");
                }
            }
        }
        throw failure;
    }
}
