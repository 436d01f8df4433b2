package io.inference.broker;

import com.rabbitmq.client.ConnectionFactory;
import java.security.GeneralSecurityException;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;

/** RabbitMQ's client, configured for this service. */
final class ClientFactory {
    private static final String NAME = "inference-service";
    private static final int TIMEOUT_MILLIS = 5_000;
    private static final int HEARTBEAT_SECONDS = 15;

    /**
     * The protocol's own bound. A lower one would end the connection, and the message would be delivered again with the
     * next one.
     */
    private static final int MAX_MESSAGE_BYTES = 512 << 20;

    private ClientFactory() {}

    static ConnectionFactory make() {
        ConnectionFactory client = new ConnectionFactory();
        client.setAutomaticRecoveryEnabled(false);
        client.setTopologyRecoveryEnabled(false);
        client.setConnectionTimeout(TIMEOUT_MILLIS);
        client.setHandshakeTimeout(TIMEOUT_MILLIS);
        client.setRequestedHeartbeat(HEARTBEAT_SECONDS);
        client.setMaxInboundMessageBodySize(MAX_MESSAGE_BYTES);
        client.setSharedExecutor(Executors.newVirtualThreadPerTaskExecutor());
        return client;
    }

    /**
     * Spring's connection factory, with a second connection for publishing; the broker's own tools show both by name.
     */
    static CachingConnectionFactory spring(ConnectionFactory client) {
        CachingConnectionFactory connections = new CachingConnectionFactory(client);
        // Until the address is known, the client must not connect to another broker on this machine.
        connections.setHost("the-broker-is-not-known-yet.invalid");
        connections.setConnectionNameStrategy(
                factory -> NAME + (factory.equals(connections) ? " consumes" : " publishes") + ", process "
                        + ProcessHandle.current().pid());
        return connections;
    }

    static void aim(ConnectionFactory client, CachingConnectionFactory connections, BrokerAddress settings)
            throws GeneralSecurityException {
        connections.setHost(settings.host());
        connections.setPort(settings.port());
        connections.setUsername(settings.user());
        connections.setPassword(settings.password());
        connections.setVirtualHost(settings.virtualHost());
        if (settings.tls() && !client.isSSL()) {
            // The client's own default trusts every server.
            client.useSslProtocol(SSLContext.getDefault());
            client.enableHostnameVerification();
        }
    }
}
