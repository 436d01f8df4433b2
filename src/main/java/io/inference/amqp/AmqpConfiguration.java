package io.inference.amqp;

import io.inference.amqp.consumer.AmqpDoor;
import io.inference.amqp.consumer.AmqpPublishingPoint;
import io.inference.amqp.consumer.AmqpSettings;
import io.inference.amqp.consumer.Backlog;
import io.inference.amqp.consumer.BrokerUserProvider;
import io.inference.amqp.consumer.QueueConsumers;
import io.inference.amqp.message.AmqpTopology;
import io.inference.amqp.result.ResultPublisher;
import io.inference.amqp.result.UnackedDeliveries;
import io.inference.amqp.result.UndeliveredResultScanner;
import io.inference.broker.Broker;
import io.inference.broker.Publisher;
import io.inference.call.Calls;
import io.inference.call.StopStep;
import io.inference.config.Settings;
import io.inference.job.Jobs;
import io.inference.routes.door.PublishingPoint;
import io.inference.security.AuditLog;
import io.inference.security.UserAccess;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Processor;
import org.springframework.amqp.core.Declarables;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationProvider;

/** The parts of the door and the beans that {@code routes/rabbitmq-api.camel.yaml} names. */
@Configuration(proxyBeanMethods = false)
class AmqpConfiguration {
    private static final Duration CONFIRM_WAIT = Duration.ofSeconds(15);

    @Bean
    AmqpSettings amqpSettings(Settings settings) {
        return AmqpSettings.of(settings);
    }

    /** What the broker must have before anything is consumed. */
    @Bean
    Declarables amqpTopology() {
        return AmqpTopology.declarables();
    }

    @Bean
    AuthenticationProvider brokerUserProvider(AmqpSettings settings) {
        return new BrokerUserProvider(settings.requireToken());
    }

    @Bean
    Publisher amqpPublisher() {
        return new Publisher(CONFIRM_WAIT);
    }

    @Bean
    UnackedDeliveries amqpUnackedDeliveries() {
        return new UnackedDeliveries();
    }

    @Bean
    QueueConsumers amqpQueueConsumers() {
        return new QueueConsumers();
    }

    @Bean
    Backlog amqpBacklog(QueueConsumers queueConsumers, Jobs jobs) {
        return new Backlog(queueConsumers, jobs::wake);
    }

    @Bean
    ResultPublisher amqpResultPublisher(
            Jobs jobs, Publisher publisher, UnackedDeliveries held, QueueConsumers queueConsumers) {
        return new ResultPublisher(jobs, publisher, held, queueConsumers);
    }

    @Bean
    UndeliveredResultScanner amqpUndeliveredResultScanner(
            Jobs jobs, ResultPublisher resultPublisher, UnackedDeliveries held) {
        return new UndeliveredResultScanner(jobs, resultPublisher, held);
    }

    @Bean
    PublishingPoint amqpPublishingPoint(
            Broker broker,
            AmqpSettings settings,
            AuthenticationManager authentication,
            UserAccess users,
            Calls calls,
            AuditLog audit,
            Publisher publisher,
            QueueConsumers queueConsumers) {
        AmqpDoor door = new AmqpDoor(settings, authentication, users, calls, audit, publisher, queueConsumers);
        return new AmqpPublishingPoint(broker.connections(), door, queueConsumers, settings);
    }

    @Bean
    BrokerStart amqpStart(
            Broker broker,
            Publisher publisher,
            ResultPublisher resultPublisher,
            UndeliveredResultScanner undeliveredResultScanner,
            QueueConsumers queueConsumers,
            Backlog backlog) {
        // The publisher starts first: a fetched message may need an answer at once.
        return new BrokerStart(
                broker, resultPublisher, List.of(publisher, undeliveredResultScanner, queueConsumers, backlog));
    }

    @Bean
    StopStep amqpFetchStop(QueueConsumers queueConsumers) {
        // Before the jobs stop.
        return new StopStep(Calls.DOORS_PHASE + 1, queueConsumers::stopFetching);
    }

    @Bean
    Processor amqpEnvelopeProcessor() {
        return new AmqpEnvelopeProcessor();
    }

    @Bean
    Processor amqpSubmitProcessor(Jobs jobs, UnackedDeliveries held, ResultPublisher resultPublisher) {
        return new AmqpSubmitProcessor(jobs, held, resultPublisher);
    }

    @Bean
    Processor amqpCancelProcessor(Jobs jobs) {
        return new AmqpCancelProcessor(jobs);
    }
}
