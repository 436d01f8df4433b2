package io.inference.amqp;

import io.inference.api.CallListener;
import io.inference.broker.Broker;
import io.inference.broker.Publisher;
import io.inference.job.Jobs;
import io.inference.routes.PublishingPoint;
import io.inference.security.AuditLog;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Processor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationProvider;

/** The parts of the door, and the beans that {@code routes/rabbitmq-api.camel.yaml} names. */
@Configuration(proxyBeanMethods = false)
class AmqpConfiguration {
    private static final Duration CONFIRM_WAIT = Duration.ofSeconds(15);

    @Bean
    AuthenticationProvider brokerUserProvider(AmqpSettings settings) {
        return new BrokerUserProvider(settings.requireToken());
    }

    @Bean
    Publisher amqpPublisher() {
        return new Publisher(CONFIRM_WAIT);
    }

    @Bean
    HeldDeliveries amqpHeldDeliveries() {
        return new HeldDeliveries();
    }

    @Bean
    Intake amqpIntake() {
        return new Intake();
    }

    @Bean
    Backlog amqpBacklog(Intake intake, Jobs jobs) {
        return new Backlog(intake, jobs::wake);
    }

    @Bean
    Outbox amqpOutbox(Jobs jobs, Publisher publisher, HeldDeliveries held, Intake intake) {
        return new Outbox(jobs, publisher, held, intake);
    }

    @Bean
    Sweeper amqpSweeper(Jobs jobs, Outbox outbox, HeldDeliveries held) {
        return new Sweeper(jobs, outbox, held);
    }

    @Bean
    PublishingPoint amqpPublishingPoint(
            Broker broker,
            AmqpSettings settings,
            AuthenticationManager authentication,
            List<CallListener> listeners,
            AuditLog audit,
            Publisher publisher,
            Intake intake) {
        AmqpDoor door = new AmqpDoor(settings, authentication, listeners, audit, publisher, intake);
        return new AmqpPublishingPoint(broker.connections(), door, intake, settings);
    }

    @Bean
    BrokerStart amqpStart(Broker broker, Publisher publisher, Sweeper sweeper, Intake intake, Backlog backlog) {
        // The publisher first: what is fetched may have to be answered at once.
        return new BrokerStart(broker, List.of(publisher, sweeper, intake, backlog));
    }

    @Bean
    Processor amqpEnvelopeProcessor() {
        return new AmqpEnvelopeProcessor();
    }

    @Bean
    Processor amqpSubmitProcessor(Jobs jobs, HeldDeliveries held, Outbox outbox) {
        return new AmqpSubmitProcessor(jobs, held, outbox);
    }

    @Bean
    Processor amqpCancelProcessor(Jobs jobs) {
        return new AmqpCancelProcessor(jobs);
    }
}
