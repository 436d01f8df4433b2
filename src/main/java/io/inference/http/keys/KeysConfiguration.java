package io.inference.http.keys;

import io.inference.http.answer.BodyAnswerProcessor;
import org.apache.camel.Processor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans with which {@code rest-keys.camel.yaml} reads and writes. */
@Configuration(proxyBeanMethods = false)
class KeysConfiguration {
    @Bean
    Processor apiKeyRequestProcessor() {
        return exchange -> exchange.getMessage()
                .setBody(NewApiKeyReader.read(exchange.getMessage().getBody(byte[].class)));
    }

    @Bean
    Processor apiKeyAnswerProcessor() {
        BodyAnswerProcessor writer = new BodyAnswerProcessor(ApiKeyWriter::write);
        return exchange -> {
            writer.process(exchange);
            exchange.getMessage().setHeader("Cache-Control", "no-store");
        };
    }
}
