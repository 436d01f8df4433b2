package io.inference.conversation.values;

import io.inference.config.Settings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that {@code find-conversation-values.camel.yaml} names. */
@Configuration(proxyBeanMethods = false)
class ValuesConfiguration {
    @Bean
    LedgerSettings ledgerSettings(Settings settings) {
        return LedgerSettings.of(settings);
    }

    @Bean
    ValuesRequestProcessor conversationValuesRequestProcessor(LedgerSettings settings) {
        return new ValuesRequestProcessor(settings);
    }

    @Bean
    ValuesAnswerProcessor conversationValuesAnswerProcessor() {
        return new ValuesAnswerProcessor();
    }

    @Bean
    ValuesEndProcessor conversationValuesEndProcessor() {
        return new ValuesEndProcessor();
    }

    @Bean
    ValuesFailureProcessor conversationValuesFailureProcessor() {
        return new ValuesFailureProcessor();
    }
}
