package io.inference;

import io.inference.config.Settings;
import io.inference.http.server.HttpSettings;
import io.inference.limits.QueueLimitProcessor;
import io.inference.limits.QueueLimiter;
import io.inference.telemetry.AnswerLogProcessor;
import io.inference.telemetry.BackendCalls;
import io.inference.telemetry.CallLog;
import io.inference.telemetry.CallMetrics;
import io.inference.telemetry.FailureLog;
import io.inference.telemetry.PromptLog;
import io.inference.telemetry.PromptLogProcessor;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.Processor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Beans that every door uses: settings, the limit of waiting calls, logs and metrics of calls. */
@Configuration(proxyBeanMethods = false)
class ServiceConfiguration {
    @Bean
    Settings settings(Environment environment) {
        return new Settings(environment);
    }

    @Bean
    HttpSettings httpSettings(Settings settings) {
        return new HttpSettings(
                "/" + settings.text("api-version"),
                settings.bytes("max-request-size"),
                settings.time("request-timeout"),
                settings.time("receive-timeout"),
                settings.time("stream-keep-alive"));
    }

    @Bean
    QueueLimiter queueLimiter(Settings settings, MeterRegistry registry) {
        QueueLimiter waiting = new QueueLimiter(settings.whole("max-queue"));
        Gauge.builder("inference.requests.queued", waiting, QueueLimiter::count)
                .description("Requests that wait for their first token")
                .register(registry);
        return waiting;
    }

    @Bean
    Processor queueLimitProcessor(QueueLimiter waiting) {
        return new QueueLimitProcessor(waiting);
    }

    @Bean
    CallLog callLog(Settings settings) {
        return new CallLog(settings.text("log-format").equals("json"));
    }

    @Bean
    PromptLog promptLog(Settings settings) {
        return new PromptLog(settings.text("log-format").equals("json"));
    }

    @Bean
    Processor promptLogProcessor(PromptLog log) {
        return new PromptLogProcessor(log);
    }

    @Bean
    Processor answerLogProcessor(PromptLog log) {
        return new AnswerLogProcessor(log);
    }

    @Bean
    FailureLog failureLog() {
        return new FailureLog();
    }

    @Bean
    CallMetrics callMetrics(MeterRegistry registry) {
        return new CallMetrics(registry);
    }

    @Bean
    BackendCalls backendCalls() {
        return new BackendCalls();
    }
}
