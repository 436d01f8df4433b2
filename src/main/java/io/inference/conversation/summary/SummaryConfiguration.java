package io.inference.conversation.summary;

import io.inference.api.call.BackgroundTasks;
import io.inference.config.Settings;
import io.inference.conversation.store.SummaryStore;
import io.inference.database.Database;
import io.inference.models.ModelDirectory;
import org.apache.camel.Processor;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that {@code summarize-conversation.camel.yaml} names, and what turns of conversations need. */
@Configuration(value = "conversationSummaryConfiguration", proxyBeanMethods = false)
class SummaryConfiguration {
    @Bean
    MemorySettings memorySettings(Settings settings) {
        return MemorySettings.of(settings);
    }

    @Bean
    SummaryStore conversationSummaryStore(Database database) {
        return new SummaryStore(database);
    }

    @Bean
    DueSummaries dueSummaries(
            SummaryStore store,
            MemorySettings settings,
            ModelDirectory directory,
            ObjectProvider<BackgroundTasks> tasks) {
        return new DueSummaries(store, settings, new ModelTokens(directory), tasks::getObject);
    }

    @Bean
    ConversationPrompt conversationPrompt(MemorySettings settings, ModelDirectory directory, DueSummaries due) {
        return new ConversationPrompt(settings, new ModelTokens(directory), due);
    }

    @Bean
    SummarySteps conversationSummarySteps(MemorySettings settings, DueSummaries due) {
        return new SummarySteps(settings, due);
    }

    @Bean
    Processor conversationSummaryTaskProcessor(SummarySteps steps) {
        return steps::begin;
    }

    @Bean
    Processor conversationSummarySourcesProcessor(SummarySteps steps) {
        return steps::plan;
    }

    @Bean
    Processor conversationSummaryRequestProcessor(SummarySteps steps) {
        return steps::ask;
    }

    @Bean
    Processor conversationSummaryCheckProcessor(SummarySteps steps) {
        return steps::check;
    }

    @Bean
    Processor conversationSummaryFailureProcessor(SummarySteps steps) {
        return steps::fail;
    }

    @Bean
    Processor conversationSummaryStoreProcessor(SummarySteps steps) {
        return steps::land;
    }

    @Bean
    Processor dueSummariesProcessor(SummarySteps steps) {
        return steps::next;
    }
}
