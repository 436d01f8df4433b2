package io.inference.http;

import io.inference.config.Settings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class HttpConfiguration {
    @Bean
    HttpSettings httpSettings(Settings settings) {
        return HttpSettings.of(settings);
    }
}
