package io.inference.http.openai;

import io.inference.http.answer.BodyAnswerProcessor;
import io.inference.http.format.ModelRequestProcessor;
import io.inference.http.format.WireRequestProcessor;
import io.inference.http.openai.answer.ModelsWriter;
import io.inference.http.openai.request.ChatRequestReader;
import io.inference.http.openai.request.CompletionRequestReader;
import io.inference.http.openai.request.EmbeddingRequestReader;
import io.inference.http.openai.request.SummaryRequestReader;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that {@code routes/rest-openai.camel.yaml} names. */
@Configuration(proxyBeanMethods = false)
class OpenAiConfiguration {
    @Bean
    WireRequestProcessor openAiChatRequestProcessor() {
        return new WireRequestProcessor(ChatRequestReader::read);
    }

    @Bean
    WireRequestProcessor openAiCompletionRequestProcessor() {
        return new WireRequestProcessor(CompletionRequestReader::read);
    }

    @Bean
    WireRequestProcessor openAiEmbeddingRequestProcessor() {
        return new WireRequestProcessor(EmbeddingRequestReader::read);
    }

    /** For {@code routes/rest-summaries.camel.yaml}. */
    @Bean
    WireRequestProcessor openAiSummaryRequestProcessor() {
        return new WireRequestProcessor(SummaryRequestReader::read);
    }

    @Bean
    ModelRequestProcessor openAiModelsRequestProcessor() {
        return new ModelRequestProcessor("");
    }

    @Bean
    ModelRequestProcessor openAiModelRequestProcessor() {
        return new ModelRequestProcessor("id");
    }

    @Bean
    BodyAnswerProcessor openAiModelsAnswerProcessor() {
        return new BodyAnswerProcessor(ModelsWriter::write);
    }
}
