package io.inference.broker;

import io.inference.config.Settings;
import io.inference.config.SettingsException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.Declarables;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** RabbitMQ: the one that the settings name, else one that this process starts for itself, else none. */
@Configuration(proxyBeanMethods = false)
class BrokerConfiguration {
    @Bean
    BrokerSettings brokerSettings(Settings settings) {
        return BrokerSettings.of(settings);
    }

    @Bean
    Broker broker(BrokerSettings settings, ObjectProvider<BrokerStarter> embedded, Declarables topology) {
        return new Broker(source(settings, embedded.getIfAvailable()), topology);
    }

    @Bean
    BrokerHealth brokerHealthIndicator(Broker broker) {
        return new BrokerHealth(broker);
    }

    private static Callable<BrokerAddress> source(BrokerSettings settings, @Nullable BrokerStarter embedded) {
        if (!settings.enabled()) {
            return () -> {
                throw new NoBrokerException("RABBITMQ_ENABLED=false");
            };
        }
        BrokerAddress named = settings.server();
        if (named != null) {
            return () -> named;
        }
        if (embedded == null) {
            throw new SettingsException(
                    List.of("RABBITMQ_HOST is not set; with PROFILE=production nothing embedded starts, but"
                            + " RABBITMQ_ENABLED=false closes that door"));
        }
        return embedded::start;
    }
}
