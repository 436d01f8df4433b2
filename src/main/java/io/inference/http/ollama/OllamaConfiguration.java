package io.inference.http.ollama;

import io.inference.http.answer.BodyAnswerProcessor;
import io.inference.http.format.ModelRequestProcessor;
import io.inference.http.format.WireRequestProcessor;
import io.inference.http.ollama.answer.Formats;
import io.inference.http.ollama.answer.ModelsWriter;
import io.inference.http.ollama.request.ChatRequestReader;
import io.inference.http.ollama.request.EmbedRequestReader;
import io.inference.http.ollama.request.GenerateRequestReader;
import io.inference.http.ollama.request.ShowRequestReader;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that {@code routes/rest-ollama.camel.yaml} names. */
@Configuration(proxyBeanMethods = false)
class OllamaConfiguration {
    @Bean
    WireRequestProcessor ollamaChatRequestProcessor() {
        return new WireRequestProcessor(ChatRequestReader::read);
    }

    @Bean
    WireRequestProcessor ollamaGenerateRequestProcessor() {
        return new WireRequestProcessor(GenerateRequestReader::read);
    }

    @Bean
    WireRequestProcessor ollamaEmbedRequestProcessor() {
        return new WireRequestProcessor(EmbedRequestReader::read);
    }

    @Bean
    WireRequestProcessor ollamaLegacyEmbedRequestProcessor() {
        return new WireRequestProcessor(EmbedRequestReader::readLegacy);
    }

    @Bean
    ModelRequestProcessor ollamaModelsRequestProcessor() {
        return new ModelRequestProcessor("");
    }

    @Bean
    BodyAnswerProcessor ollamaTagsAnswerProcessor() {
        return new BodyAnswerProcessor(ModelsWriter::tags);
    }

    @Bean
    WireRequestProcessor ollamaShowRequestProcessor() {
        return new WireRequestProcessor(ShowRequestReader::read);
    }

    @Bean
    BodyAnswerProcessor ollamaPsAnswerProcessor() {
        return new BodyAnswerProcessor(ModelsWriter::ps);
    }

    @Bean
    BodyAnswerProcessor ollamaVersionAnswerProcessor(@Value("${service-version}") String version) {
        return new BodyAnswerProcessor(body -> Formats.json(out -> {
            out.writeStartObject();
            out.writeStringField("version", version);
            out.writeEndObject();
        }));
    }
}
