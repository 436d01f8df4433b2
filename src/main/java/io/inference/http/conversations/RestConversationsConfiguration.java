package io.inference.http.conversations;

import io.inference.conversation.Conversations;
import org.apache.camel.Processor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that {@code rest-conversations.camel.yaml} names. */
@Configuration(proxyBeanMethods = false)
class RestConversationsConfiguration {
    @Bean
    ConversationProcessors conversationProcessors(Conversations conversations) {
        return new ConversationProcessors(conversations);
    }

    @Bean
    Processor conversationRequestProcessor(ConversationProcessors processors) {
        return processors::read;
    }

    @Bean
    Processor createConversationProcessor(ConversationProcessors processors) {
        return processors::create;
    }

    @Bean
    Processor listConversationsProcessor(ConversationProcessors processors) {
        return processors::list;
    }

    @Bean
    Processor findConversationProcessor(ConversationProcessors processors) {
        return processors::find;
    }

    @Bean
    Processor conversationChangeProcessor(ConversationProcessors processors) {
        return processors::readChange;
    }

    @Bean
    Processor changeConversationProcessor(ConversationProcessors processors) {
        return processors::change;
    }

    @Bean
    Processor deleteConversationProcessor(ConversationProcessors processors) {
        return processors::delete;
    }

    @Bean
    Processor deleteConversationsProcessor(ConversationProcessors processors) {
        return processors::deleteAll;
    }

    @Bean
    Processor listMessagesProcessor(ConversationProcessors processors) {
        return processors::listMessages;
    }

    @Bean
    Processor listItemsProcessor(ConversationProcessors processors) {
        return processors::listItems;
    }

    @Bean
    Processor addItemsProcessor(ConversationProcessors processors) {
        return processors::addItems;
    }

    @Bean
    Processor findMessageProcessor(ConversationProcessors processors) {
        return processors::findMessage;
    }

    @Bean
    Processor deleteMessageProcessor(ConversationProcessors processors) {
        return processors::deleteMessage;
    }

    @Bean
    Processor listSummariesProcessor(ConversationProcessors processors) {
        return processors::listSummaries;
    }

    @Bean
    Processor promptRequestProcessor(ConversationProcessors processors) {
        return processors::readPrompt;
    }

    @Bean
    Processor promptAnswerProcessor(ConversationProcessors processors) {
        return processors::answerPrompt;
    }

    @Bean
    Processor exportConversationProcessor(ConversationProcessors processors) {
        return processors::export;
    }

    @Bean
    Processor exportConversationsProcessor(ConversationProcessors processors) {
        return processors::exportAll;
    }
}
