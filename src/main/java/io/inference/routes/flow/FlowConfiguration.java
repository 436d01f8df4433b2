package io.inference.routes.flow;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.inference.api.backend.Backend;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.api.error.StillLoadingException;
import io.inference.api.request.InferenceRequest;
import io.inference.api.request.TokenEstimate;
import io.inference.call.Calls;
import io.inference.config.Settings;
import io.inference.job.JobRunner;
import io.inference.models.ModelDirectory;
import io.inference.routes.generation.RouteGenerations;
import java.time.Duration;
import java.util.Set;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Processor;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that routes name. Breakers are beans, so that their state outlives a generation. */
@Configuration(proxyBeanMethods = false)
class FlowConfiguration {
    /** Failures that show that a backend is faulty, not that a request is invalid or the backend briefly busy. */
    private static final Set<ErrorCode> ILL =
            Set.of(ErrorCode.BACKEND_FAILED, ErrorCode.UNAVAILABLE, ErrorCode.TIMEOUT, ErrorCode.INTERNAL);

    @Bean
    FlowSettings flowSettings(Settings settings) {
        return FlowSettings.of(settings);
    }

    @Bean
    JobRunner jobRunner(RouteGenerations generations) {
        return new RouteJobRunner(generations);
    }

    /** For tasks without a flow in this service. */
    @Bean
    Processor refuseJobProcessor() {
        return exchange -> {
            String task = exchange.getMessage().getHeader(RouteJobRunner.TASK, String.class);
            throw InferenceException.notConfigured("task", "this service has no flow for '" + task + "'");
        };
    }

    @Bean
    Processor findBackendProcessor(ModelDirectory directory) {
        return new FindBackendProcessor(directory);
    }

    @Bean
    Processor nextBackendProcessor() {
        return new NextBackendProcessor();
    }

    @Bean
    Processor reasonCodeProcessor() {
        return new ReasonCodeProcessor();
    }

    @Bean
    RouteCallProcessor routeCallProcessor(FlowSettings settings, Calls calls) {
        return new RouteCallProcessor(settings.requestTimeout(), calls);
    }

    @Bean
    Processor chatRequestProcessor() {
        return new ChatRequestProcessor();
    }

    @Bean
    Processor replaceTextProcessor() {
        return new ReplaceTextProcessor();
    }

    /** Estimates the length of a request's prompt: sets the property {@code InferencePromptTokens}. */
    @Bean
    Processor promptSizeProcessor() {
        return exchange -> {
            Object body = exchange.getMessage().getBody();
            int tokens = body instanceof InferenceRequest request ? TokenEstimate.prompt(request) : 0;
            exchange.setProperty("InferencePromptTokens", tokens);
        };
    }

    @Bean
    AggregationStrategy joinTextStrategy() {
        return new JoinTextStrategy();
    }

    @Bean
    AnswerCache answerCache() {
        return new AnswerCache();
    }

    @Bean
    Processor recallAnswerProcessor(AnswerCache answers) {
        return answers::recall;
    }

    @Bean
    Processor keepAnswerProcessor(AnswerCache answers) {
        return answers::keep;
    }

    @Bean
    Processor modelsProcessor(ModelDirectory directory) {
        return new ModelsProcessor(directory);
    }

    @Bean
    Processor loadedModelsProcessor(ModelDirectory directory) {
        return exchange -> exchange.getMessage().setBody(directory.loaded());
    }

    /** The first name is the one that route files use; the second one is older and stays. */
    @Bean({"jcudaInferenceProcessor", "localInferenceProcessor"})
    Processor jcudaInferenceProcessor(@Qualifier("localBackend") Backend backend) {
        return new BackendProcessor(backend);
    }

    @Bean
    Processor ollamaProcessor(@Qualifier("ollamaBackend") Backend backend) {
        return new BackendProcessor(backend);
    }

    @Bean
    Processor openaiProcessor(@Qualifier("openaiBackend") Backend backend) {
        return new BackendProcessor(backend);
    }

    @Bean
    CircuitBreaker localCircuitBreaker() {
        return breaker("local");
    }

    @Bean
    CircuitBreaker ollamaCircuitBreaker() {
        return breaker("ollama");
    }

    @Bean
    CircuitBreaker openaiCircuitBreaker() {
        return breaker("openai");
    }

    /** Opens after half of the last 20 calls failed, tries again after 10 s. */
    private static CircuitBreaker breaker(String name) {
        CircuitBreakerConfig config = CircuitBreakerConfig.custom()
                .slidingWindowSize(20)
                .minimumNumberOfCalls(10)
                .failureRateThreshold(50)
                .waitDurationInOpenState(Duration.ofSeconds(10))
                .permittedNumberOfCallsInHalfOpenState(3)
                // Ignored rather than counted as a success: a caller who gives up on a hanging backend is not a
                // success.
                .ignoreException(e -> e instanceof StillLoadingException
                        || e instanceof InferenceException known && !ILL.contains(known.code()))
                .build();
        return CircuitBreaker.of(name, config);
    }
}
