package io.inference.conversation.turn;

import io.inference.config.Settings;
import io.inference.conversation.Conversations;
import io.inference.conversation.store.ConversationStore;
import io.inference.conversation.store.MessageStore;
import io.inference.conversation.store.ReencryptProcessor;
import io.inference.conversation.store.SummaryRows;
import io.inference.conversation.store.SummaryStore;
import io.inference.conversation.store.TextCipher;
import io.inference.conversation.store.TurnStore;
import io.inference.conversation.summary.ConversationPrompt;
import io.inference.conversation.summary.DueSummaries;
import io.inference.conversation.summary.MemorySettings;
import io.inference.database.Database;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
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
    TextCipher textCipher(ConversationSettings settings) {
        return new TextCipher(settings.encryptionKeys());
    }

    @Bean
    SummaryRows summaryRows(TextCipher cipher) {
        return new SummaryRows(cipher);
    }

    @Bean
    Turns turns(Database database, DueSummaries due, ConversationSettings settings, TextCipher cipher) {
        return new Turns(new TurnStore(database, cipher), due, settings.longestWait());
    }

    @Bean
    Conversations conversations(
            Database database,
            Turns turns,
            CopyRemover copies,
            SummaryStore summaries,
            DueSummaries due,
            MemorySettings memory,
            TextCipher cipher) {
        return new StoredConversations(
                new ConversationStore(database, cipher),
                new MessageStore(database, cipher),
                turns,
                copies,
                summaries,
                due,
                memory.rules().keepRecentMessages());
    }

    @Bean
    BeginTurnProcessor beginTurnProcessor(Turns turns) {
        return new BeginTurnProcessor(turns);
    }

    @Bean
    ViewTurnProcessor viewTurnProcessor(Conversations conversations) {
        return new ViewTurnProcessor(conversations);
    }

    @Bean
    LoadConversationProcessor loadConversationProcessor(ConversationPrompt prompts, SummaryRows rows) {
        return new LoadConversationProcessor(prompts, rows);
    }

    @Bean
    ReencryptProcessor reencryptProcessor(
            @Qualifier("dataSource") DataSource dataSource,
            TextCipher cipher,
            CopyRemover copies,
            MeterRegistry registry) {
        // A copy has the rows as they were, in plain text or under a key that is to go.
        var processor = new ReencryptProcessor(dataSource, cipher, copies::remove);
        Gauge.builder("inference.conversations.outdated", processor, ReencryptProcessor::outdated)
                .description("Rows that are not encrypted under the first key of ENCRYPTION_KEY")
                .register(registry);
        return processor;
    }

    @Bean
    RememberProcessor rememberProcessor(Turns turns) {
        return new RememberProcessor(turns);
    }
}
