package io.inference.summary;

import io.inference.config.Settings;
import io.inference.models.ModelDirectory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that {@code summarize.camel.yaml}, {@code summarize-part.camel.yaml} and the doors' routes name. */
@Configuration(proxyBeanMethods = false)
class SummaryConfiguration {
    @Bean
    SummarySettings summarySettings(Settings settings) {
        return SummarySettings.of(settings);
    }

    @Bean
    SummaryModelProcessor summaryModelProcessor(SummarySettings settings, ModelDirectory directory) {
        return new SummaryModelProcessor(settings.model(), directory);
    }

    @Bean
    SummaryPlanProcessor summaryPlanProcessor(SummarySettings settings, ModelDirectory directory) {
        return new SummaryPlanProcessor(settings.systemPrompt(), directory);
    }

    @Bean
    SummarizationProcessor summarizationProcessor() {
        return new SummarizationProcessor();
    }

    @Bean
    SummaryAnswerProcessor summaryAnswerProcessor() {
        return new SummaryAnswerProcessor();
    }

    @Bean
    SummaryEndProcessor summaryEndProcessor() {
        return new SummaryEndProcessor();
    }
}
