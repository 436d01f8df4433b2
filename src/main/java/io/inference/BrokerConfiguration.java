package io.inference;

import io.inference.amqp.AmqpSettings;
import io.inference.amqp.AmqpTopology;
import io.inference.broker.Broker;
import io.inference.broker.BrokerHealth;
import io.inference.broker.BrokerSettings;
import io.inference.broker.BrokerStarter;
import io.inference.broker.NoBrokerException;
import io.inference.config.Settings;
import io.inference.config.SettingsException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** RabbitMQ: the one that the settings name, else one that this process starts for itself, else none. */
@Configuration(proxyBeanMethods = false)
class BrokerConfiguration {
    @Bean
    AmqpSettings amqpSettings(Settings settings) {
        return new AmqpSettings(
                settings.whole("rabbitmq-prefetch"),
                settings.whole("rabbitmq-concurrency"),
                settings.flag("rabbitmq-require-jwt"),
                settings.bytes("max-request-size"),
                settings.time("request-timeout"));
    }

    @Bean
    Broker broker(Settings settings, ObjectProvider<BrokerStarter> embedded) {
        return new Broker(source(settings, embedded.getIfAvailable()), AmqpTopology.declarables());
    }

    @Bean
    BrokerHealth brokerHealthIndicator(Broker broker) {
        return new BrokerHealth(broker);
    }

    private static Callable<BrokerSettings> source(Settings settings, @Nullable BrokerStarter embedded) {
        Optional<BrokerSettings> configured = configured(settings);
        if (!settings.flag("rabbitmq-enabled")) {
            return () -> {
                throw new NoBrokerException("RABBITMQ_ENABLED=false");
            };
        }
        if (configured.isPresent()) {
            return configured::get;
        }
        if (embedded == null) {
            throw new SettingsException(
                    List.of("RABBITMQ_HOST is not set; with PROFILE=production nothing embedded starts, but"
                            + " RABBITMQ_ENABLED=false closes that door"));
        }
        return embedded::start;
    }

    private static Optional<BrokerSettings> configured(Settings settings) {
        int port = settings.whole("rabbitmq-port");
        String user = settings.text("rabbitmq-user");
        String password = settings.optionalText("rabbitmq-password").orElse("guest");
        String virtualHost = settings.text("rabbitmq-vhost");
        boolean tls = settings.flag("rabbitmq-tls");
        return settings.optionalText("rabbitmq-host")
                .map(host -> new BrokerSettings(host, port, user, password, virtualHost, tls));
    }
}
