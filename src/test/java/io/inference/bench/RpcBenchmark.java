package io.inference.bench;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.inference.RunningService;
import io.inference.broker.Broker;
import io.inference.broker.OutgoingMessage;
import io.inference.broker.Publisher;
import io.inference.embedded.SharedPostgres;
import io.inference.embedded.SharedRabbit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Round trips of RPC over RabbitMQ: a request to a quorum queue, a reply to a queue of the client's own. {@code bare}
 * is an echo in this process that replies with confirms and acknowledges after them; {@code service} does the same as
 * the service, with PostgreSQL and a backend that answers at once. After each iteration it prints the heap in use:
 * except for broker and PostgreSQL, everything is in this process.
 */
@BenchmarkMode({Mode.Throughput, Mode.SampleTime})
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 10)
@Measurement(iterations = 3, time = 10)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-Xmx1g"})
@Threads(64)
@State(Scope.Benchmark)
public class RpcBenchmark {
    private static final String ECHO = "bench.echo";
    private static final String PAYLOAD =
            "{\"model\":\"mock\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";

    @Param({"bare", "service"})
    public String answers;

    private final AtomicLong requests = new AtomicLong();
    private Connection clients;
    private AutoCloseable server;

    @Setup
    public void start() throws Exception {
        SharedRabbit.clear();
        clients = SharedRabbit.connect();
        server = answers.equals("bare") ? new Echo() : new Service();
    }

    @TearDown(Level.Iteration)
    public void tellHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        System.out.printf(
                "[%d requests so far, %d MiB of heap] ",
                requests.get(), (runtime.totalMemory() - runtime.freeMemory()) >> 20);
    }

    @TearDown
    public void stop() throws Exception {
        clients.close();
        server.close();
    }

    /** One client, on a channel of its own. */
    @State(Scope.Thread)
    public static class Client {
        private final BlockingQueue<byte[]> replies = new LinkedBlockingQueue<>();
        private Channel channel;
        private String replyTo;

        @Setup
        public void open(RpcBenchmark benchmark) throws IOException {
            channel = benchmark.clients.createChannel();
            replyTo = channel.queueDeclare().getQueue();
            String ignored =
                    channel.basicConsume(replyTo, true, (tag, message) -> replies.add(message.getBody()), tag -> {});
        }

        byte[] ask(String exchange, String key, String body) throws Exception {
            BasicProperties properties = new BasicProperties.Builder()
                    .replyTo(replyTo)
                    .deliveryMode(2)
                    .build();
            channel.basicPublish(exchange, key, properties, body.getBytes(StandardCharsets.UTF_8));
            byte[] reply = replies.poll(30, TimeUnit.SECONDS);
            if (reply == null) {
                throw new IllegalStateException("no reply");
            }
            return reply;
        }
    }

    @Benchmark
    public byte[] roundTrip(Client client) throws Exception {
        String body = "{\"correlation_id\":\"bench-" + requests.incrementAndGet() + "\",\"task\":\"chat\",\"payload\":"
                + PAYLOAD + "}";
        return answers.equals("bare")
                ? client.ask("", ECHO, body)
                : client.ask("inference.exchange", "request.high", body);
    }

    /** Maximum throughput of the broker. */
    private static final class Echo implements AutoCloseable {
        private final Connection consuming = SharedRabbit.connect();
        private final Connection publishing = SharedRabbit.connect();
        private final Publisher publisher = new Publisher(Duration.ofSeconds(10));

        Echo() throws Exception {
            publisher.up(consuming, publishing);
            for (int i = 0; i < 2; i++) {
                Channel channel = consuming.createChannel();
                channel.queueDeclare(ECHO, true, false, false, Map.of("x-queue-type", "quorum"));
                channel.basicQos(64);
                String ignored = channel.basicConsume(
                        ECHO,
                        false,
                        (tag, message) -> {
                            BasicProperties properties = new BasicProperties.Builder()
                                    .messageId(UUID.randomUUID().toString())
                                    .deliveryMode(2)
                                    .build();
                            OutgoingMessage reply = new OutgoingMessage(
                                    "", message.getProperties().getReplyTo(), true, properties, message.getBody());
                            var acknowledged = publisher.publish(reply).thenAccept(outcome -> {
                                try {
                                    channel.basicAck(message.getEnvelope().getDeliveryTag(), false);
                                } catch (IOException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
                        },
                        tag -> {});
            }
        }

        @Override
        public void close() throws Exception {
            try (Channel channel = consuming.createChannel()) {
                channel.queueDelete(ECHO);
            }
            consuming.close();
            publishing.close();
        }
    }

    /** The whole service, with a backend that answers at once. */
    private static final class Service implements AutoCloseable {
        private final EchoUpstream backend = new EchoUpstream();
        private final RunningService service;

        Service() throws IOException {
            List<String> options = new ArrayList<>(SharedRabbit.options());
            options.addAll(SharedPostgres.freshOptions("bench_rpc"));
            options.addAll(List.of(
                    "--inference-services-openai-base-url=" + backend.url() + "/v1",
                    "--rabbitmq-prefetch=64",
                    "--job-concurrency=64",
                    "--db-pool-size=16",
                    "--log-level=warn"));
            service = RunningService.start(options.toArray(String[]::new));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> service.bean(Broker.class).state().equals("up"));
        }

        @Override
        public void close() {
            service.close();
            backend.close();
        }
    }
}
