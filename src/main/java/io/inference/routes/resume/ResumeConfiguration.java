package io.inference.routes.resume;

import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.Processor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ResumeConfiguration {
    @Bean
    Processor resumeAnswerProcessor(MeterRegistry registry) {
        return new ResumeProcessor(registry);
    }
}
