package io.inference.http.openai.image;

import io.inference.http.format.WireRequestProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that {@code routes/rest-image-generation.camel.yaml} names. */
@Configuration(proxyBeanMethods = false)
class ImagesConfiguration {
    @Bean
    WireRequestProcessor openAiImageRequestProcessor() {
        return new WireRequestProcessor(ImageRequestReader::generation);
    }

    @Bean
    WireRequestProcessor openAiImageEditRequestProcessor() {
        return WireRequestProcessor.typed(ImageRequestReader::edit);
    }
}
