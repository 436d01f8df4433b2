package io.inference.http.openai.image;

import io.inference.http.format.WireRequestProcessor;
import io.inference.image.Images;
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
    WireRequestProcessor openAiImageEditRequestProcessor(Images images) {
        return WireRequestProcessor.streamed(
                (body, contentType) -> ImageRequestReader.edit(body, contentType, images::temporary));
    }
}
