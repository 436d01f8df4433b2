package io.inference.amqp.consumer;

import io.github.resilience4j.core.IntervalFunction;
import io.inference.amqp.message.AmqpTopology;
import io.inference.amqp.message.Delivery;
import io.inference.amqp.message.HeaderRules;
import io.inference.amqp.message.OutgoingMessages;
import io.inference.api.call.Call;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.broker.PublishOutcome;
import io.inference.broker.Publisher;
import io.inference.call.Calls;
import io.inference.job.JobError;
import io.inference.routes.check.RouteAccess;
import io.inference.security.AuditLog;
import io.inference.security.BearerTokens;
import io.inference.security.CallerAuthentication;
import io.inference.security.RefusedCallException;
import io.inference.security.UserAccess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;

/**
 * Takes one message from its queue to where it is stored: a row of the table of jobs, or the dead-letter queue.
 * Authenticates its sender before its route begins. While the service is too busy or the database is unavailable, it
 * keeps the message and tries again.
 */
public final class AmqpDoor {
    private static final IntervalFunction PAUSES =
            IntervalFunction.ofExponentialBackoff(Duration.ofMillis(250), 2, Duration.ofSeconds(5));
    private static final int MOST_ATTEMPTS = 5;

    private final AmqpSettings settings;
    private final AuthenticationManager authentication;
    private final UserAccess users;
    private final Calls calls;
    private final AuditLog audit;
    private final Publisher publisher;
    private final QueueConsumers queueConsumers;

    public AmqpDoor(
            AmqpSettings settings,
            AuthenticationManager authentication,
            UserAccess users,
            Calls calls,
            AuditLog audit,
            Publisher publisher,
            QueueConsumers queueConsumers) {
        this.settings = settings;
        this.authentication = authentication;
        this.users = users;
        this.calls = calls;
        this.audit = audit;
        this.publisher = publisher;
        this.queueConsumers = queueConsumers;
    }

    /**
     * Runs a message's route until it succeeds or fails for good.
     *
     * @param route one run; leaves its failure in the delivery
     * @param serving whether the route still accepts messages
     */
    void take(Delivery delivery, Runnable route, BooleanSupplier serving) {
        for (int attempt = 1; ; attempt++) {
            InferenceException failure = run(delivery, route);
            if (failure == null) {
                if (!delivery.isHeld()) {
                    delivery.acknowledge();
                }
                return;
            }
            boolean again = failure.code().disposition() == ErrorCode.Disposition.RETRY_LATER
                    || failure.code().disposition().isRetried() && attempt < MOST_ATTEMPTS;
            if (!again && refuse(delivery, failure, attempt)) {
                return;
            }
            if (!serving.getAsBoolean() || !sleep(PAUSES.apply(attempt))) {
                delivery.requeue();
                return;
            }
            if (again) {
                queueConsumers.pause(Duration.ofMillis(PAUSES.apply(attempt + 1)));
            }
        }
    }

    private @Nullable InferenceException run(Delivery delivery, Runnable route) {
        delivery.setFailure(null);
        try {
            delivery.decode(settings.maxRequestBytes());
            route.run();
        } catch (RuntimeException e) {
            delivery.setFailure(e);
        }
        Exception failure = delivery.failure();
        return failure == null ? null : InferenceException.of(failure);
    }

    /** Whether the message is settled; false if the broker did not confirm the message sent in its place. */
    private boolean refuse(Delivery delivery, InferenceException failure, int attempts) {
        JobError error = JobError.of(failure);
        List<CompletableFuture<PublishOutcome>> sent = new ArrayList<>();
        if (failure.code().disposition().isDeadLettered()) {
            sent.add(publisher.publish(OutgoingMessages.deadLetter(delivery, error, attempts)));
        }
        if (!delivery.queue().equals(AmqpTopology.CONTROL_QUEUE)) {
            sent.add(publisher.publish(OutgoingMessages.refusal(delivery, error)));
            var ignored = publisher.publish(OutgoingMessages.refused(delivery, error));
        }
        if (sent.stream().map(CompletableFuture::join).anyMatch(outcome -> outcome == PublishOutcome.UNKNOWN)) {
            return false;
        }
        delivery.acknowledge();
        // A request that becomes a job is reported when the job has run.
        Call call = delivery.call() == null ? call() : delivery.call();
        calls.open(call).end(failure);
        return true;
    }

    private static boolean sleep(long millis) {
        try {
            Thread.sleep(millis);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** A call for one run of a message's route. */
    Call call() {
        return new Call("amqp-" + UUID.randomUUID(), AmqpTopology.DOOR, settings.requestTimeout());
    }

    /**
     * Authenticates the sender of a message by its token or, without one, by the user that the broker has verified.
     *
     * @throws InferenceException with {@code UNAUTHENTICATED} if its token is invalid, or if a token is required
     *     and missing
     */
    Caller authenticate(Delivery delivery, Call call) {
        String header = delivery.header(HeaderRules.AUTHORIZATION);
        try {
            Authentication credential = header == null
                    ? new BrokerUserProvider.BrokerUser(delivery.properties().getUserId())
                    : new BearerTokenAuthenticationToken(BearerTokens.ofMessage(header));
            return Objects.requireNonNull(CallerAuthentication.of(authentication.authenticate(credential)));
        } catch (RefusedCallException e) {
            throw e.failure();
        } catch (AuthenticationException e) {
            throw unauthenticated(delivery, call, String.valueOf(e.getMessage()));
        }
    }

    /**
     * Lets a caller pass if it may call a route.
     *
     * @throws InferenceException with {@code FORBIDDEN} if it may not
     */
    void checkAccess(Caller caller, RouteAccess access) {
        users.check(caller, access.decides(), access.scope());
    }

    private InferenceException unauthenticated(Delivery delivery, Call call, String reason) {
        audit.refused(call.id(), "amqp", "message", delivery.queue(), ErrorCode.UNAUTHENTICATED.reason(), reason);
        return new InferenceException(
                ErrorCode.UNAUTHENTICATED, "a valid bearer token is needed in the message's authorization header");
    }
}
