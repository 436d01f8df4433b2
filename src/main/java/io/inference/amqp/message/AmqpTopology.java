package io.inference.amqp.message;

import io.inference.job.JobPriority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.amqp.core.BindingBuilder;
import org.springframework.amqp.core.Declarable;
import org.springframework.amqp.core.Declarables;
import org.springframework.amqp.core.FanoutExchange;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.core.QueueBuilder;
import org.springframework.amqp.core.TopicExchange;

/** The exchanges and queues of this door. Their names are a contract with its users. */
public final class AmqpTopology {
    /** What calls and jobs of this door name as theirs. */
    public static final String DOOR = "amqp";

    public static final String EXCHANGE = "inference.exchange";
    static final String DEAD_LETTER = "inference.dead-letter";
    /** Name in a route for each replica's own queue, whatever its name at the broker. */
    public static final String CONTROL_QUEUE = "inference.control";

    public static final String CANCEL = "control.cancel";

    /** How often a request may be redelivered, such as after crashes, before the broker dead-letters it. */
    private static final int DELIVERY_LIMIT = 20;

    /** Messages that are not read are kept for a day, so that they never fill the disk. */
    private static final Duration LONGEST_KEPT = Duration.ofDays(1);

    private static final int MOST_MESSAGES = 100_000;
    private static final int MOST_BYTES = 1 << 30;

    /** Binding by queue. */
    private static final Map<String, String> REQUESTS = Map.of(
            "inference.request.high", "request.high",
            "inference.request.medium", "request.medium",
            "inference.request.low", "request.low",
            "inference.image.request", "request.image",
            "inference.embedding.request", "request.embedding");

    /** Queues of requests that go before those of a lower priority while they wait; the most urgent first. */
    public static final List<String> BEFORE_OTHERS = List.of("inference.request.high", "inference.request.medium");

    private AmqpTopology() {}

    /** The exchanges, queues and bindings of all replicas. */
    public static Declarables declarables() {
        TopicExchange exchange = new TopicExchange(EXCHANGE, true, false);
        FanoutExchange deadLetters = new FanoutExchange(DEAD_LETTER, true, false);
        List<Declarable> all = new ArrayList<>(List.of(exchange, deadLetters));
        REQUESTS.forEach((name, key) -> {
            Queue queue = QueueBuilder.durable(name)
                    .quorum()
                    .deliveryLimit(DELIVERY_LIMIT)
                    .deadLetterExchange(DEAD_LETTER)
                    .build();
            all.add(queue);
            all.add(BindingBuilder.bind(queue).to(exchange).with(key));
        });
        Map.of("inference.results", "result.#", "inference.status", "status.*").forEach((name, key) -> {
            Queue queue = limited(name)
                    .ttl((int) LONGEST_KEPT.toMillis())
                    .deliveryLimit(DELIVERY_LIMIT)
                    .build();
            all.add(queue);
            all.add(BindingBuilder.bind(queue).to(exchange).with(key));
        });
        Queue deadLetter = limited(DEAD_LETTER).build();
        all.add(deadLetter);
        all.add(BindingBuilder.bind(deadLetter).to(deadLetters));
        return new Declarables(all);
    }

    private static QueueBuilder limited(String name) {
        return QueueBuilder.durable(name)
                .quorum()
                .maxLength(MOST_MESSAGES)
                .maxLengthBytes(MOST_BYTES)
                .overflow(QueueBuilder.Overflow.dropHead);
    }

    /** The priority of a queue's requests, whatever priority their messages name. */
    public static JobPriority priorityOf(String queue) {
        return switch (queue) {
            case "inference.request.high" -> JobPriority.HIGH;
            case "inference.request.low" -> JobPriority.LOW;
            default -> JobPriority.MEDIUM;
        };
    }
}
