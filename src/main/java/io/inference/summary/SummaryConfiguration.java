package io.inference.summary;

import io.inference.config.Settings;
import io.inference.models.ModelDirectory;
import org.apache.camel.Processor;
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
    Processor summaryModelProcessor(SummarySettings settings, ModelDirectory directory) {
        return new SummaryModelProcessor(settings.model(), directory);
    }

    @Bean
    Processor summaryPlanProcessor(SummarySettings settings, ModelDirectory directory) {
        return new SummaryPlanProcessor(settings.systemPrompt(), directory);
    }

    @Bean
    Processor summarizationProcessor() {
        return new SummarizationProcessor();
    }

    @Bean
    Processor summaryAnswerProcessor() {
        return new SummaryAnswerProcessor();
    }

    /** After the model has refused a part as too long. */
    @Bean
    Processor summaryCutProcessor() {
        return exchange -> {
            SummaryPart part = exchange.getProperty(SummarizationProcessor.PART, SummaryPart.class);
            part.work().cutSmaller(part);
        };
    }
}
