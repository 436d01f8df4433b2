package io.inference.conversation.turn;

import io.inference.config.Settings;
import io.inference.conversation.Conversations;
import io.inference.conversation.store.ConversationStore;
import io.inference.conversation.store.MessageStore;
import io.inference.conversation.store.SummaryStore;
import io.inference.conversation.store.TurnStore;
import io.inference.conversation.summary.ConversationPrompt;
import io.inference.conversation.summary.DueSummaries;
import io.inference.conversation.summary.MemorySettings;
import io.inference.database.Database;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Stored conversations, and the beans that the routes for them name. */
@Configuration(proxyBeanMethods = false)
class ConversationConfiguration {
    @Bean
    ConversationSettings conversationSettings(Settings settings) {
        return ConversationSettings.of(settings);
    }

    @Bean
    Turns turns(Database database, DueSummaries due, ConversationSettings settings) {
        return new Turns(new TurnStore(database), due, settings.longestWait());
    }

    @Bean
    Conversations conversations(
            Database database, Turns turns, SummaryStore summaries, DueSummaries due, MemorySettings settings) {
        return new StoredConversations(
                new ConversationStore(database),
                new MessageStore(database),
                turns,
                summaries,
                due,
                settings.rules().keepRecentMessages());
    }

    @Bean
    BeginTurnProcessor beginTurnProcessor(Turns turns) {
        return new BeginTurnProcessor(turns);
    }

    @Bean
    LoadConversationProcessor loadConversationProcessor(ConversationPrompt prompts) {
        return new LoadConversationProcessor(prompts);
    }

    @Bean
    RememberProcessor rememberProcessor(Turns turns) {
        return new RememberProcessor(turns);
    }
}
