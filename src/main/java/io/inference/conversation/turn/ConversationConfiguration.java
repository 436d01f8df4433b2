package io.inference.conversation.turn;

import io.inference.config.Settings;
import io.inference.conversation.Conversations;
import io.inference.conversation.store.ConversationStore;
import io.inference.conversation.store.MessageStore;
import io.inference.conversation.store.TurnStore;
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
    Turns turns(Database database, ConversationSettings settings) {
        return new Turns(new TurnStore(database), settings.longestWait());
    }

    @Bean
    Conversations conversations(Database database, Turns turns, CopyRemover copies) {
        return new StoredConversations(new ConversationStore(database), new MessageStore(database), turns, copies);
    }

    @Bean
    BeginTurnProcessor beginTurnProcessor(Turns turns) {
        return new BeginTurnProcessor(turns);
    }

    @Bean
    LoadConversationProcessor loadConversationProcessor() {
        return new LoadConversationProcessor();
    }

    @Bean
    RememberProcessor rememberProcessor(Turns turns) {
        return new RememberProcessor(turns);
    }
}
