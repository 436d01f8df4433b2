package io.inference.telemetry;

import io.inference.api.backend.EngineReports;
import io.inference.config.Settings;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Logs and metrics of calls. */
@Configuration(proxyBeanMethods = false)
class TelemetryConfiguration {
    @Bean
    TelemetrySettings telemetrySettings(Settings settings) {
        return TelemetrySettings.of(settings);
    }

    @Bean
    CallLog callLog(TelemetrySettings settings) {
        return new CallLog(settings.json());
    }

    @Bean
    PromptLog promptLog(TelemetrySettings settings) {
        return new PromptLog(settings.json());
    }

    @Bean
    PromptLogProcessor promptLogProcessor(PromptLog log) {
        return new PromptLogProcessor(log);
    }

    @Bean
    AnswerLogProcessor answerLogProcessor(PromptLog log) {
        return new AnswerLogProcessor(log, false);
    }

    @Bean
    AnswerLogProcessor imageAnswerLogProcessor(PromptLog log) {
        return new AnswerLogProcessor(log, true);
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
    EngineMetrics engineMetrics(EngineReports engine, MeterRegistry registry) {
        return new EngineMetrics(engine, registry);
    }

    @Bean
    BackendCalls backendCalls() {
        return new BackendCalls();
    }
}
