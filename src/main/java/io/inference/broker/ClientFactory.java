package io.inference.broker;

import com.rabbitmq.client.ConnectionFactory;
import java.security.GeneralSecurityException;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;

/** RabbitMQ's client as this service uses it. */
final class ClientFactory {
    private static final String NAME = "inference-service";
    private static final int TIMEOUT_MILLIS = 5_000;
    private static final int HEARTBEAT_SECONDS = 15;

    /** The protocol's own bound. A lower one would end the connection, and the message would come again with the next. */
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

    /** Spring's, with a second connection for publishing; the broker's own tools show both by name. */
    static CachingConnectionFactory spring(ConnectionFactory client) {
        CachingConnectionFactory connections = new CachingConnectionFactory(client);
        // Until it is known where the broker is, nobody is to find another one on this machine.
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
            // The client's own default trusts whoever answers.
            client.useSslProtocol(SSLContext.getDefault());
            client.enableHostnameVerification();
        }
    }
}
