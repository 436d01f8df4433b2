package io.inference.amqp.message;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.broker.OutgoingMessage;
import io.inference.job.EndedJob;
import io.inference.job.Job;
import io.inference.job.JobAnswer;
import io.inference.job.JobError;
import io.inference.job.JobState;
import io.inference.job.JobTask;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Makes the messages that this door sends. Each depends only on what is stored of its job. */
public final class OutgoingMessages {
    private static final int PERSISTENT = 2;
    private static final int TRANSIENT = 1;

    /** Largest size in bytes of AMQP's short strings, such as the correlation id. */
    private static final int SHORT_TEXT = 255;

    /** Limits on the headers and the error text of a dead letter: all headers have to fit into one frame. */
    private static final int MOST_HEADER_CHARACTERS = 16_000;

    private static final int LONGEST_ERROR = 2_000;

    private OutgoingMessages() {}

    /** A result that is complete: the answer, or why there is none. */
    public static OutgoingMessage result(EndedJob ended, Destination to) {
        Job job = ended.job();
        JobAnswer answer = ended.answer();
        byte[] payload = answer == null ? EnvelopeJson.failure(error(job)) : answer.body();
        return result(job, to, job.id().toString(), 0, true, time(job.endedAt()), payload);
    }

    /**
     * A piece of a streamed result. Its id has the attempt in it, since another attempt may produce another answer.
     *
     * @param sequence from 0
     * @param last whether it is the last piece, which alone has the job's own id
     */
    public static OutgoingMessage chunk(Job job, Destination to, int sequence, boolean last, byte[] chunk) {
        String id = last ? job.id().toString() : job.id() + "." + job.attempts() + "." + sequence;
        return result(job, to, id, sequence, last, time(job.startedAt()), chunk);
    }

    /** Why a stream that has begun is broken off, or why there is no answer. */
    public static OutgoingMessage brokenOff(Job job, Destination to, int sequence) {
        byte[] payload = EnvelopeJson.failure(error(job));
        return result(job, to, job.id().toString(), sequence, true, time(job.endedAt()), payload);
    }

    private static OutgoingMessage result(
            Job job, Destination to, String id, int sequence, boolean last, String timestamp, byte[] payload) {
        Map<String, Object> headers = new LinkedHashMap<>();
        headers.put("x-sequence", sequence);
        headers.put("x-final", last);
        headers.put("x-attempts", job.attempts());
        byte[] body = EnvelopeJson.envelope(
                envelope(
                        job.correlationId(),
                        job.priority().label(),
                        timestamp,
                        job.task().label()),
                payload);
        return addressed(to, job.task().label(), job.correlationId(), id, headers, body);
    }

    /** The result of a request that was refused before it became a job. */
    public static OutgoingMessage refusal(Delivery delivery, JobError error) {
        Envelope read = delivery.envelope();
        Map<?, ?> said = said(delivery, error);
        String task = task(said);
        String correlationId = correlationId(said, delivery);
        byte[] body = EnvelopeJson.envelope(
                envelope(
                        correlationId,
                        AmqpTopology.priorityOf(delivery.queue()).label(),
                        read == null ? null : read.timestamp(),
                        task == null ? "unknown" : task),
                EnvelopeJson.failure(error));
        Map<String, Object> headers = Map.of("x-sequence", 0, "x-final", true);
        String id = contentId(delivery, error);
        return addressed(delivery.destination(), task == null ? "unknown" : task, correlationId, id, headers, body);
    }

    /**
     * The fields of a request that is refused, as far as they can be read, so that its sender knows which request it
     * was.
     */
    private static Map<?, ?> said(Delivery delivery, JobError error) {
        if (error.code() == ErrorCode.TOO_LARGE) {
            return Map.of();
        }
        try {
            return EnvelopeJson.message(delivery.content());
        } catch (InferenceException e) {
            return Map.of();
        }
    }

    private static @Nullable String correlationId(Map<?, ?> said, Delivery delivery) {
        return said.get("correlation_id") instanceof String id
                ? id
                : delivery.properties().getCorrelationId();
    }

    /** Null for a priority that does not exist. */
    private static @Nullable String task(Map<?, ?> said) {
        return said.get("task") instanceof String name
                ? Envelope.known(name).map(JobTask::label).orElse(null)
                : null;
    }

    /** The request as received, without its credential, and why it failed. */
    public static OutgoingMessage deadLetter(Delivery delivery, JobError error, int attempts) {
        Map<String, Object> headers = new LinkedHashMap<>();
        Map<String, Object> came = delivery.properties().getHeaders();
        int room = MOST_HEADER_CHARACTERS;
        for (Map.Entry<String, Object> header :
                came == null ? Map.<String, Object>of().entrySet() : came.entrySet()) {
            int length =
                    header.getKey().length() + String.valueOf(header.getValue()).length();
            if (HeaderRules.mayEnter(header.getKey()) && length <= room) {
                headers.put(header.getKey(), header.getValue());
                room -= length;
            }
        }
        headers.put("x-queue", delivery.queue());
        putErrors(headers, error, error, attempts);
        BasicProperties properties = delivery.properties()
                .builder()
                .headers(headers)
                .userId(null)
                .expiration(null)
                .deliveryMode(PERSISTENT)
                .messageId(contentId(delivery, error) + ".dead")
                .build();
        return new OutgoingMessage(AmqpTopology.DEAD_LETTER, "", false, properties, delivery.body());
    }

    /** The request of a job that has failed for good, rebuilt from what is stored of it. */
    public static OutgoingMessage deadLetter(Job job, byte[] payload) {
        Map<String, Object> headers = new LinkedHashMap<>();
        JobError last = error(job);
        JobError first = job.firstError() == null ? last : job.firstError();
        putErrors(headers, first, last, job.attempts());
        Map<String, Object> fields = envelope(
                job.correlationId(),
                job.priority().label(),
                time(job.createdAt()),
                job.task().label());
        fields.put("type", "request");
        BasicProperties properties = properties(job.id() + ".dead", job.correlationId(), headers, PERSISTENT);
        return new OutgoingMessage(
                AmqpTopology.DEAD_LETTER, "", false, properties, EnvelopeJson.envelope(fields, payload));
    }

    private static void putErrors(Map<String, Object> headers, JobError first, JobError last, int attempts) {
        headers.put("x-reason", last.code().reason());
        headers.put("x-first-error", words(first));
        headers.put("x-last-error", words(last));
        headers.put("x-attempts", attempts);
    }

    private static String words(JobError error) {
        String words = error.code().reason() + ": " + error.message();
        return words.length() <= LONGEST_ERROR ? words : words.substring(0, LONGEST_ERROR) + "…";
    }

    /** The state of a job, for those who watch it. */
    public static OutgoingMessage status(Job job, String status) {
        Map<String, @Nullable Object> fields =
                statusFields(job.correlationId(), job.task().label(), status);
        fields.put("attempts", job.attempts());
        if (job.state() == JobState.FAILED) {
            fields.put("error", error(job).code().reason());
        }
        String id = job.id() + "." + status + "." + job.attempts();
        return status(status, id, job.correlationId(), fields);
    }

    /** Reports that a request did not become a job. */
    public static OutgoingMessage refused(Delivery delivery, JobError error) {
        Map<?, ?> said = said(delivery, error);
        String correlationId = correlationId(said, delivery);
        Map<String, @Nullable Object> fields = statusFields(correlationId, task(said), "failed");
        fields.put("error", error.code().reason());
        return status("failed", contentId(delivery, error) + ".failed", correlationId, fields);
    }

    private static OutgoingMessage status(
            String status, String id, @Nullable String correlationId, Map<String, @Nullable Object> fields) {
        BasicProperties properties = properties(id, correlationId, Map.of(), TRANSIENT);
        return new OutgoingMessage(
                AmqpTopology.EXCHANGE, "status." + status, false, properties, EnvelopeJson.bytes(fields));
    }

    private static Map<String, @Nullable Object> statusFields(
            @Nullable String correlationId, @Nullable String task, String status) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("correlation_id", correlationId);
        fields.put("timestamp", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
        fields.put("task", task);
        fields.put("type", "status");
        fields.put("status", status);
        return fields;
    }

    private static Map<String, Object> envelope(
            @Nullable String correlationId, @Nullable String priority, @Nullable String timestamp, String task) {
        Map<String, Object> fields = new LinkedHashMap<>();
        put(fields, "correlation_id", correlationId);
        put(fields, "priority", priority);
        put(fields, "timestamp", timestamp);
        fields.put("task", task);
        fields.put("type", "result");
        return fields;
    }

    private static void put(Map<String, Object> fields, String name, @Nullable Object value) {
        if (value != null) {
            fields.put(name, value);
        }
    }

    private static OutgoingMessage addressed(
            Destination to,
            String task,
            @Nullable String correlationId,
            String id,
            Map<String, Object> headers,
            byte[] body) {
        String property = to.correlationId() == null ? correlationId : to.correlationId();
        BasicProperties properties = properties(id, property, headers, to.isDirect() ? TRANSIENT : PERSISTENT);
        return to.replyTo() == null
                ? new OutgoingMessage(AmqpTopology.EXCHANGE, "result." + task, true, properties, body)
                : new OutgoingMessage("", to.replyTo(), !to.isDirect(), properties, body);
    }

    private static BasicProperties properties(
            String id, @Nullable String correlationId, Map<String, Object> headers, int mode) {
        return new BasicProperties.Builder()
                .contentType("application/json")
                .deliveryMode(mode)
                .messageId(id)
                .correlationId(fitting(correlationId))
                .headers(headers)
                .build();
    }

    /** Null for a value that only the envelope can hold. */
    private static @Nullable String fitting(@Nullable String correlationId) {
        boolean fits = correlationId != null && correlationId.getBytes(StandardCharsets.UTF_8).length <= SHORT_TEXT;
        return fits ? correlationId : null;
    }

    /** The same for every delivery of a request: there is no row to keep an id. */
    private static String contentId(Delivery delivery, JobError error) {
        byte[] name = (delivery.queue()
                        + '\n'
                        + error.code()
                        + '\n'
                        + delivery.properties().getCorrelationId()
                        + '\n'
                        + new String(delivery.body(), StandardCharsets.ISO_8859_1))
                .getBytes(StandardCharsets.UTF_8);
        return UUID.nameUUIDFromBytes(name).toString();
    }

    private static JobError error(Job job) {
        return Objects.requireNonNull(job.error(), "a failed job has an error");
    }

    private static String time(@Nullable Instant moment) {
        return Objects.requireNonNull(moment, "a job that has ended was started")
                .truncatedTo(ChronoUnit.MILLIS)
                .toString();
    }
}
