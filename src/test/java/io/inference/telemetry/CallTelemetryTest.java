package io.inference.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.inference.api.call.Call;
import io.inference.api.call.Operation;
import io.inference.api.call.Usage;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class CallTelemetryTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger("io.inference.calls");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final CallMetrics metrics = new CallMetrics(registry);

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
        logger.setLevel(Level.INFO);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
        logger.setLevel(null);
    }

    @Test
    void oneLineSaysAllOfACall() {
        new CallLog(false).ended(served(), null);
        assertThat(lines.list)
                .singleElement()
                .satisfies(line -> assertThat(line.getFormattedMessage())
                        .matches("req-1 rest caller=alice chat model=tiny backend=local tokens=5\\+7 "
                                + "first=\\d+ms total=\\d+ms ok"));
    }

    @Test
    void inJsonTheFieldsStandApart() {
        new CallLog(true).ended(served(), new InferenceException(ErrorCode.TIMEOUT, "late"));
        assertThat(lines.list.getFirst().getKeyValuePairs())
                .extracting(pair -> pair.key + "=" + pair.value)
                .contains("request_id=req-1", "caller=alice", "operation=chat", "model=tiny", "backend=local")
                .contains("prompt_tokens=5", "completion_tokens=7", "outcome=timeout");
    }

    @Test
    void aModelsNameCannotStartALineOfItsOwn() {
        Call call = served();
        call.setModel("tiny\n2026-01-01 forged");
        new CallLog(false).ended(call, null);
        assertThat(lines.list.getFirst().getFormattedMessage())
                .doesNotContain("\n")
                .contains("tiny?2026");
    }

    @Test
    void aModelsNameCannotPassForAnotherFieldNorFillTheLog() {
        Call call = served();
        call.setModel("a backend=forged\u009b31m\u2028\u202e" + "m".repeat(100_000));
        new CallLog(false).ended(call, null);
        assertThat(lines.list.getFirst().getFormattedMessage())
                .contains("model=a?backend=forged?31m??mmm")
                .hasSizeLessThan(500);
    }

    @Test
    void whatLayBehindAFailureIsToldToTheOperatorUnlessTheCallerWasAtFault() {
        Logger failures = (Logger) LoggerFactory.getLogger("io.inference.failures");
        failures.addAppender(lines);
        FailureLog log = new FailureLog();
        log.ended(served(), null);
        log.ended(served(), new InferenceException(ErrorCode.INVALID_REQUEST, "bad", new IOException("secret")));
        assertThat(lines.list).isEmpty();

        log.ended(
                served(),
                new InferenceException(ErrorCode.BACKEND_FAILED, "it failed", new IOException("status\n500")));
        log.ended(served(), new InferenceException(ErrorCode.INTERNAL, "ours", new IllegalStateException("a bug")));
        failures.detachAppender(lines);
        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("req-1 it failed: IOException: status 500", "req-1 failed");
        assertThat(lines.list.getLast().getThrowableProxy().getCause().getMessage())
                .isEqualTo("a bug");
    }

    @Test
    void metersCountTimeTokensAndWhatIsActive() {
        Call call = served();
        metrics.started(call);
        assertThat(registry.get("inference.requests.active").gauge().value()).isEqualTo(1);
        metrics.ended(call, null);
        assertThat(registry.get("inference.requests.active").gauge().value()).isZero();
        assertThat(registry.get("gen_ai.server.request.duration")
                        .tags("gen_ai.operation.name", "chat", "gen_ai.request.model", "tiny", "error.type", "")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("gen_ai.server.time_to_first_token").timer().count())
                .isEqualTo(1);
        assertThat(registry.get("gen_ai.client.token.usage")
                        .tag("gen_ai.token.type", "output")
                        .summary()
                        .totalAmount())
                .isEqualTo(7);
    }

    @Test
    void namesThatCallersMakeUpDoNotMakeMeters() {
        for (int i = 0; i < 100; i++) {
            Call call = new Call("id", "rest", Duration.ofMinutes(1));
            call.setModel("made-up-" + i);
            metrics.started(call);
            metrics.ended(call, InferenceException.modelNotFound("made-up-" + i));
        }
        assertThat(registry.find("gen_ai.server.request.duration").timers()).hasSize(1);
    }

    private static Call served() {
        Call call = new Call("req-1", "rest", Duration.ofMinutes(1));
        call.setOperation(Operation.CHAT);
        call.setCaller("alice");
        call.setModel("tiny");
        call.setBackend("local");
        call.setUsage(new Usage(5, 7, 0));
        call.markFirstToken();
        return call;
    }
}
