package io.inference.amqp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import io.inference.embedded.SharedRabbit;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A client of the door with RabbitMQ's own library: one connection, one channel, a reply queue. */
final class AmqpClient implements AutoCloseable {
    static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** A received message. */
    record Came(BasicProperties properties, byte[] body) {
        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (java.io.IOException e) {
                throw new IllegalStateException(e);
            }
        }

        String header(String name) {
            Object value = properties.getHeaders() == null
                    ? null
                    : properties.getHeaders().get(name);
            return value == null ? null : value.toString();
        }
    }

    final Connection connection;
    final Channel channel;
    private final BlockingQueue<Came> replies = new LinkedBlockingQueue<>();
    private final String replyQueue;

    AmqpClient() throws Exception {
        connection = SharedRabbit.connect();
        channel = connection.createChannel();
        replyQueue = channel.queueDeclare().getQueue();
        consume(replyQueue);
    }

    String replyQueue() {
        return replyQueue;
    }

    void consume(String queue) throws Exception {
        channel.basicConsume(
                queue,
                true,
                (tag, message) -> replies.add(new Came(message.getProperties(), message.getBody())),
                tag -> {});
    }

    /** A chat request in the format of the interface. */
    static String chat(String correlationId, String text, boolean stream) {
        return "{\"correlation_id\":\"" + correlationId
                + "\",\"priority\":\"medium\",\"timestamp\":\"2026-01-01T00:00:00Z\","
                + "\"task\":\"chat\",\"type\":\"request\",\"payload\":{\"model\":\"mock\",\"stream\":" + stream
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}}";
    }

    void send(String key, String body, BasicProperties properties) throws Exception {
        channel.basicPublish("inference.exchange", key, properties, body.getBytes(StandardCharsets.UTF_8));
    }

    void send(String key, byte[] body, BasicProperties properties) throws Exception {
        channel.basicPublish("inference.exchange", key, properties, body);
    }

    void request(String key, String body) throws Exception {
        send(key, body, new BasicProperties.Builder().replyTo(replyQueue).build());
    }

    void request(String key, String body, Map<String, Object> headers) throws Exception {
        send(
                key,
                body,
                new BasicProperties.Builder()
                        .replyTo(replyQueue)
                        .headers(headers)
                        .build());
    }

    /** The next reply. */
    Came reply() throws Exception {
        Came came = replies.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (came == null) {
            throw new AssertionError("no reply in " + PATIENCE);
        }
        return came;
    }

    /** Whether there is no reply. */
    boolean isQuiet() {
        return replies.isEmpty();
    }

    /** Takes the next message of a queue. */
    Came take(String queue) {
        return Awaitility.await().atMost(PATIENCE).until(() -> get(queue), came -> came != null);
    }

    private Came get(String queue) throws Exception {
        GetResponse got = channel.basicGet(queue, true);
        return got == null ? null : new Came(got.getProps(), got.getBody());
    }

    /** Number of messages that are ready in a queue, without those that a consumer holds. */
    long ready(String queue) throws Exception {
        return channel.messageCount(queue);
    }

    @Override
    public void close() throws Exception {
        connection.close();
    }
}
