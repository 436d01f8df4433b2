package io.inference.broker;

import io.inference.config.Settings;
import org.jspecify.annotations.Nullable;

/**
 * The settings of RabbitMQ.
 *
 * @param enabled whether the service uses RabbitMQ at all
 * @param server null if none is named
 */
record BrokerSettings(boolean enabled, @Nullable BrokerAddress server) {
    static BrokerSettings of(Settings settings) {
        int port = settings.whole("rabbitmq-port");
        String user = settings.text("rabbitmq-user");
        String password = settings.optionalText("rabbitmq-password").orElse("guest");
        String virtualHost = settings.text("rabbitmq-vhost");
        boolean tls = settings.flag("rabbitmq-tls");
        return new BrokerSettings(
                settings.flag("rabbitmq-enabled"),
                settings.optionalText("rabbitmq-host")
                        .map(host -> new BrokerAddress(host, port, user, password, virtualHost, tls))
                        .orElse(null));
    }
}
