package io.inference.routes.flow;

import io.inference.api.error.InferenceException;
import io.inference.api.request.InferenceRequest;
import io.inference.api.request.TokenEstimate;
import io.inference.backend.BackendKind;
import io.inference.call.Calls;
import io.inference.config.Settings;
import io.inference.job.JobRunner;
import io.inference.routes.backend.BackendSource;
import io.inference.routes.generation.RouteGenerations;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Processor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that routes name. */
@Configuration(proxyBeanMethods = false)
class FlowConfiguration {
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
    Processor findBackendProcessor() {
        return new FindBackendProcessor();
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
    AggregationStrategy keepOriginalStrategy() {
        return new KeepOriginalStrategy();
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
    Processor modelsProcessor() {
        return new ModelsProcessor();
    }

    @Bean
    Processor loadedModelsProcessor() {
        return exchange -> exchange.getMessage()
                .setBody(BackendSource.of(exchange.getContext()).loaded());
    }

    /** The first name is the one that route files use; the second one is older and stays. */
    @Bean({"jcudaInferenceProcessor", "localInferenceProcessor"})
    Processor jcudaInferenceProcessor() {
        return new BackendProcessor(BackendKind.LOCAL);
    }

    @Bean
    Processor ollamaProcessor() {
        return new BackendProcessor(BackendKind.OLLAMA);
    }

    @Bean
    Processor openaiProcessor() {
        return new BackendProcessor(BackendKind.OPENAI);
    }

    @Bean
    Processor openaiImagesProcessor() {
        return new BackendProcessor(BackendKind.OPENAI_IMAGES);
    }

    @Bean
    Processor comfyuiProcessor() {
        return new BackendProcessor(BackendKind.COMFYUI);
    }

    @Bean
    Processor sdcppProcessor() {
        return new BackendProcessor(BackendKind.SDCPP);
    }

    @Bean
    Processor automatic1111Processor() {
        return new BackendProcessor(BackendKind.AUTOMATIC1111);
    }
}
