package io.inference.amqp.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.broker.OutgoingMessage;
import io.inference.job.EndedJob;
import io.inference.job.Job;
import io.inference.job.JobAnswer;
import io.inference.job.JobError;
import io.inference.job.JobPriority;
import io.inference.job.JobState;
import io.inference.job.JobTask;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class OutgoingMessagesTest {
    private static final UUID ID = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final Instant START = Instant.parse("2030-01-01T00:00:00.123456Z");
    private static final Caller ALICE = new Caller("alice", Set.of(), Set.of(), null, Caller.Kind.USER);
    private static final Destination RESULTS = new Destination(null, null);

    private static Job job(JobState state, JobError error) {
        return new Job(
                ID,
                ALICE,
                "amqp",
                "mine",
                JobTask.CHAT,
                JobPriority.HIGH,
                state,
                null,
                2,
                START,
                null,
                START,
                START.plusSeconds(1),
                error,
                error,
                false,
                null);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aResultIsTheEnvelopeAroundTheAnswerAsItIsStored() {
        EndedJob ended = new EndedJob(job(JobState.DONE, null), JobAnswer.whole(bytes("{\"b\": 1.0}")));
        OutgoingMessage result = OutgoingMessages.result(ended, RESULTS);
        assertThat(new String(result.body(), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"correlation_id\":\"mine\",\"priority\":\"high\",\"timestamp\":\"2030-01-01T00:00:01.123Z\","
                                + "\"task\":\"chat\",\"type\":\"result\",\"payload\":{\"b\": 1.0}}");
        assertThat(result.exchange()).isEqualTo("inference.exchange");
        assertThat(result.routingKey()).isEqualTo("result.chat");
        assertThat(result.mandatory()).isTrue();
        assertThat(result.properties().getMessageId()).isEqualTo(ID.toString());
        assertThat(result.properties().getCorrelationId()).isEqualTo("mine");
    }

    @Test
    void aReplyAddressIsAQueueAndADirectOneIsNotMandatory() {
        EndedJob ended = new EndedJob(job(JobState.DONE, null), JobAnswer.whole(bytes("{}")));
        OutgoingMessage reply = OutgoingMessages.result(ended, new Destination("replies", "rpc-7"));
        assertThat(reply.exchange()).isEmpty();
        assertThat(reply.routingKey()).isEqualTo("replies");
        assertThat(reply.mandatory()).isTrue();
        assertThat(reply.properties().getCorrelationId()).isEqualTo("rpc-7");
        assertThat(OutgoingMessages.result(ended, new Destination("amq.rabbitmq.reply-to.x", null))
                        .mandatory())
                .isFalse();
    }

    @Test
    void aPieceOfAnotherAttemptHasAnotherIdAndTheLastPieceTheJobsOwn() {
        Job job = job(JobState.RUNNING, null);
        assertThat(OutgoingMessages.chunk(job, RESULTS, 3, false, bytes("{}"))
                        .properties()
                        .getMessageId())
                .isEqualTo(ID + ".2.3");
        OutgoingMessage last = OutgoingMessages.chunk(job, RESULTS, 4, true, bytes("{}"));
        assertThat(last.properties().getMessageId()).isEqualTo(ID.toString());
        assertThat(last.properties().getHeaders())
                .containsEntry("x-sequence", 4)
                .containsEntry("x-final", true);
    }

    @Test
    void aFailureIsToldInTheResultAndWithBothErrorsInTheDeadLetter() {
        Job job = job(JobState.FAILED, new JobError(ErrorCode.BACKEND_FAILED, "it broke", null));
        assertThat(new String(
                        OutgoingMessages.result(new EndedJob(job, null), RESULTS)
                                .body(),
                        StandardCharsets.UTF_8))
                .contains("\"payload\":{\"success\":false,\"error\":{\"message\":\"it broke\","
                        + "\"code\":\"backend_failed\"");
        OutgoingMessage dead = OutgoingMessages.deadLetter(job, bytes("{\"model\":\"m\"}"));
        assertThat(dead.exchange()).isEqualTo("inference.dead-letter");
        assertThat(dead.properties().getHeaders())
                .containsEntry("x-reason", "backend_failed")
                .containsEntry("x-first-error", "backend_failed: it broke")
                .containsEntry("x-attempts", 2);
        assertThat(new String(dead.body(), StandardCharsets.UTF_8))
                .contains("\"type\":\"request\"", "\"payload\":{\"model\":\"m\"}");
    }

    @Test
    void whatWasRefusedIsTheSameMessageWheneverItComes() {
        JobError error = new JobError(ErrorCode.UNAUTHENTICATED, "no", null);
        OutgoingMessage first = OutgoingMessages.refusal(delivery(), error);
        OutgoingMessage again = OutgoingMessages.refusal(delivery(), error);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again.properties().getMessageId())
                .isEqualTo(first.properties().getMessageId());
    }

    @Test
    void aDeadLetterKeepsTheHeadersButNoCredentialAndNothingThatSteers() {
        OutgoingMessage dead =
                OutgoingMessages.deadLetter(delivery(), new JobError(ErrorCode.UNAUTHENTICATED, "no", null), 1);
        assertThat(dead.properties().getHeaders())
                .containsKeys("x-mine", "x-reason")
                .doesNotContainKeys("Authorization", "CamelHttpUri", "inferenceBackend");
        assertThat(dead.body()).isEqualTo(bytes("{}"));
    }

    @Test
    void anIdThatAmqpCannotCarryIsInTheEnvelopeAlone() {
        String id = "ü".repeat(200);
        String body = "{\"correlation_id\":\"" + id + "\",\"task\":\"chat\"}";
        OutgoingMessage refusal =
                OutgoingMessages.refusal(delivery(Map.of(), body), new JobError(ErrorCode.INVALID_REQUEST, "no", null));
        assertThat(refusal.properties().getCorrelationId()).isEqualTo("c");
        OutgoingMessage status =
                OutgoingMessages.refused(delivery(Map.of(), body), new JobError(ErrorCode.INVALID_REQUEST, "no", null));
        assertThat(status.properties().getCorrelationId()).isNull();
        assertThat(new String(status.body(), StandardCharsets.UTF_8)).contains("\"" + id + "\"");
    }

    @Test
    void aRefusalNamesTheRequestAsFarAsItCanBeRead() {
        OutgoingMessage refusal = OutgoingMessages.refusal(
                delivery(Map.of(), "{\"correlation_id\":\"mine\",\"task\":\"chat\",\"payload\":7}"),
                new JobError(ErrorCode.INVALID_REQUEST, "no", "payload"));
        assertThat(refusal.routingKey()).isEqualTo("result.chat");
        assertThat(new String(refusal.body(), StandardCharsets.UTF_8))
                .startsWith("{\"correlation_id\":\"mine\",\"priority\":\"high\",\"task\":\"chat\"");
    }

    @Test
    void aDeadLetterFitsIntoOneFrameWhateverTheHeadersAndTheErrorHold() {
        OutgoingMessage dead = OutgoingMessages.deadLetter(
                delivery(Map.of("x-large", "x".repeat(120_000), "x-small", "y"), "{}"),
                new JobError(ErrorCode.INVALID_REQUEST, "z".repeat(120_000), null),
                1);
        assertThat(dead.properties().getHeaders()).containsKey("x-small").doesNotContainKey("x-large");
        assertThat(dead.properties().getHeaders().toString()).hasSizeLessThan(10_000);
    }

    private static Delivery delivery() {
        return delivery(
                Map.of("Authorization", "secret", "CamelHttpUri", "x", "inferenceBackend", "y", "x-mine", 1), "{}");
    }

    private static Delivery delivery(Map<String, Object> headers, String body) {
        BasicProperties properties = new BasicProperties.Builder()
                .correlationId("c")
                .headers(headers)
                .build();
        return new Delivery(1, "inference.request.high", properties, bytes(body), new Delivery.Settlement() {
            @Override
            public void acknowledge(long tag) {}

            @Override
            public void requeue(long tag) {}
        });
    }
}
