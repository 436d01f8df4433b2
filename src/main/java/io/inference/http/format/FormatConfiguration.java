package io.inference.http.format;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the routes of all wire formats name. */
@Configuration(proxyBeanMethods = false)
class FormatConfiguration {
    @Bean
    WireAnswerProcessor wireAnswerProcessor() {
        return new WireAnswerProcessor();
    }
}
