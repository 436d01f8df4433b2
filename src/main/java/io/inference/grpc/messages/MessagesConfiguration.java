package io.inference.grpc.messages;

import io.inference.conversation.Conversations;
import io.inference.grpc.RpcAnswerProcessor;
import io.inference.grpc.RpcModelsProcessor;
import io.inference.grpc.RpcRequestProcessor;
import io.inference.grpc.v1.ChatRequest;
import io.inference.grpc.v1.EmbedRequest;
import io.inference.grpc.v1.GenerateImageRequest;
import io.inference.grpc.v1.GenerateRequest;
import io.inference.grpc.v1.ListModelsRequest;
import io.inference.grpc.v1.SummarizeRequest;
import org.apache.camel.Processor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that {@code grpc-api.camel.yaml} names. */
@Configuration(proxyBeanMethods = false)
class MessagesConfiguration {
    @Bean
    Processor grpcChatRequestProcessor() {
        return new RpcRequestProcessor<>(ChatRequest.class, RequestReaders::chat, RequestReaders::conversation);
    }

    @Bean
    Processor grpcChatAnswerProcessor() {
        return new RpcAnswerProcessor(AnswerWriters::chat);
    }

    @Bean
    Processor grpcGenerateRequestProcessor() {
        return new RpcRequestProcessor<>(GenerateRequest.class, RequestReaders::generate);
    }

    @Bean
    Processor grpcGenerateAnswerProcessor() {
        return new RpcAnswerProcessor(AnswerWriters::generate);
    }

    @Bean
    Processor grpcEmbedRequestProcessor() {
        return new RpcRequestProcessor<>(EmbedRequest.class, RequestReaders::embed);
    }

    @Bean
    Processor grpcEmbedAnswerProcessor() {
        return new RpcAnswerProcessor(AnswerWriters::embed);
    }

    @Bean
    Processor grpcSummarizeRequestProcessor() {
        return new RpcRequestProcessor<>(SummarizeRequest.class, RequestReaders::summarize);
    }

    @Bean
    Processor grpcSummarizeAnswerProcessor() {
        return new RpcAnswerProcessor(AnswerWriters::summarize);
    }

    @Bean
    Processor grpcImageRequestProcessor() {
        return new RpcRequestProcessor<>(GenerateImageRequest.class, ImageMessages::request);
    }

    @Bean
    Processor grpcImageAnswerProcessor() {
        return new RpcAnswerProcessor(ImageMessages::answer);
    }

    @Bean
    Processor grpcModelsRequestProcessor() {
        return RpcModelsProcessor.ofAll(ListModelsRequest.class);
    }

    @Bean
    Processor grpcGetConversationProcessor(Conversations conversations) {
        return new ConversationProcessors(conversations)::get;
    }

    @Bean
    Processor grpcListMessagesProcessor(Conversations conversations) {
        return new ConversationProcessors(conversations)::listMessages;
    }

    @Bean
    Processor grpcModelsAnswerProcessor() {
        return new RpcAnswerProcessor(AnswerWriters::models);
    }
}
