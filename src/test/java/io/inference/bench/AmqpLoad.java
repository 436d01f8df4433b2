package io.inference.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.ShutdownSignalException;
import io.inference.embedded.SharedRabbit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Chats by messages. Records the messages under each correlation id: a request has one result, or the chunks of one
 * stream, each with a unique message id; a repeated message must be identical to the last byte.
 */
final class AmqpLoad implements DoorLoad {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String QUEUE = "inference.request.medium";
    private static final long PATIENCE_SECONDS = 60;

    private final Connection connection;
    private final Channel channel;
    private final String replies;
    private final Map<String, Request> requests = new ConcurrentHashMap<>();
    private final Map<String, String> requestOfMessage = new ConcurrentHashMap<>();
    private final AtomicInteger repeated = new AtomicInteger();
    private final AtomicInteger sentAgain = new AtomicInteger();

    /** The messages of one request, by their position. */
    private record Request(Map<Integer, Delivery> came, CompletableFuture<String> answer) {}

    AmqpLoad() throws Exception {
        connection = SharedRabbit.connect();
        if (!RouteEdits.await(this::isOpen, Duration.ofSeconds(PATIENCE_SECONDS))) {
            throw new IllegalStateException("the door does not open");
        }
        channel = connection.createChannel();
        replies = channel.queueDeclare().getQueue();
        channel.basicConsume(replies, true, (tag, message) -> take(message), tag -> {});
    }

    /** Whether the service has declared its queues and consumes from them. */
    private boolean isOpen() {
        try (Channel asking = connection.createChannel()) {
            return asking.consumerCount(QUEUE) > 0;
        } catch (IOException | TimeoutException | ShutdownSignalException e) {
            return false;
        }
    }

    @Override
    public String name() {
        return "AMQP";
    }

    @Override
    public String whole(String question) throws Exception {
        return ask(question, false);
    }

    @Override
    public String stream(String question) throws Exception {
        return ask(question, true);
    }

    private String ask(String question, boolean stream) throws Exception {
        Request request = new Request(new TreeMap<>(), new CompletableFuture<>());
        requests.put(question, request);
        String body = "{\"correlation_id\":\"" + question + "\",\"task\":\"chat\",\"type\":\"request\",\"payload\":{"
                + "\"model\":\"mock\",\"stream\":" + stream + ",\"messages\":[{\"role\":\"user\",\"content\":\""
                + question
                + "\"}]}}";
        synchronized (channel) {
            channel.basicPublish(
                    "inference.exchange",
                    "request.medium",
                    new BasicProperties.Builder()
                            .deliveryMode(2)
                            .replyTo(replies)
                            .build(),
                    body.getBytes(StandardCharsets.UTF_8));
        }
        return request.answer().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** On the one thread of the channel's consumer. */
    private void take(Delivery message) throws IOException {
        String id = JSON.readTree(message.getBody()).path("correlation_id").asText();
        Request request = requests.get(id);
        String owner = requestOfMessage.putIfAbsent(message.getProperties().getMessageId(), id);
        if (request == null || owner != null && !owner.equals(id)) {
            repeated.incrementAndGet();
            return;
        }
        Map<String, Object> headers = message.getProperties().getHeaders();
        int place = Integer.parseInt(headers.getOrDefault("x-sequence", 0).toString());
        Delivery before = request.came().putIfAbsent(place, message);
        if (before != null) {
            (same(before, message) ? sentAgain : repeated).incrementAndGet();
        }
        if (String.valueOf(headers.get("x-final")).equals("true")) {
            request.answer().complete(words(request));
        }
    }

    private static boolean same(Delivery one, Delivery other) {
        return one.getProperties().getMessageId().equals(other.getProperties().getMessageId())
                && Arrays.equals(one.getBody(), other.getBody());
    }

    private static String words(Request request) throws IOException {
        StringBuilder words = new StringBuilder();
        for (Delivery message : request.came().values()) {
            JsonNode choice = JSON.readTree(message.getBody()).at("/payload/choices/0");
            words.append(choice.path("delta").path("content").asText(""))
                    .append(choice.path("message").path("content").asText(""));
        }
        return words.toString();
    }

    /** Messages that came again as they were, as a broker or service that was killed may send them. */
    int sentAgain() {
        return sentAgain.get();
    }

    /** Reports repeated messages, dead letters and requests left in the queue; empty if there are none. */
    @Override
    public String leftOver() throws Exception {
        long dead = channel.messageCount("inference.dead-letter");
        long waiting = channel.messageCount(QUEUE);
        requests.clear();
        requestOfMessage.clear();
        return repeated.get() + dead + waiting == 0
                ? ""
                : repeated + " messages doubled, " + dead + " dead letters, " + waiting + " requests left";
    }

    @Override
    public void close() throws Exception {
        connection.close();
    }
}
