package io.inference.conversation.summary;

import io.inference.api.call.BackgroundTasks;
import io.inference.config.Settings;
import io.inference.conversation.store.SummaryRows;
import io.inference.conversation.store.SummaryStore;
import io.inference.database.Database;
import io.inference.models.ModelDirectory;
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
    SummaryStore conversationSummaryStore(Database database, SummaryRows rows) {
        return new SummaryStore(database, rows);
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
    ConversationSummaryTaskProcessor conversationSummaryTaskProcessor(MemorySettings settings) {
        return new ConversationSummaryTaskProcessor(settings);
    }

    @Bean
    ConversationSummarySourcesProcessor conversationSummarySourcesProcessor(SummaryRows rows) {
        return new ConversationSummarySourcesProcessor(rows);
    }

    @Bean
    ConversationSummaryRequestProcessor conversationSummaryRequestProcessor() {
        return new ConversationSummaryRequestProcessor();
    }

    @Bean
    ConversationSummaryCheckProcessor conversationSummaryCheckProcessor() {
        return new ConversationSummaryCheckProcessor();
    }

    @Bean
    ConversationSummaryFailureProcessor conversationSummaryFailureProcessor() {
        return new ConversationSummaryFailureProcessor();
    }

    @Bean
    ConversationSummaryStoreProcessor conversationSummaryStoreProcessor(SummaryRows rows) {
        return new ConversationSummaryStoreProcessor(rows);
    }

    @Bean
    DueSummariesProcessor dueSummariesProcessor(DueSummaries due) {
        return new DueSummariesProcessor(due);
    }
}
