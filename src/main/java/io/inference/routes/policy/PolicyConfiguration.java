package io.inference.routes.policy;

import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.Processor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class PolicyConfiguration {
    @Bean
    Processor resumeAnswerProcessor(MeterRegistry registry) {
        return new ResumeProcessor(registry);
    }

    @Bean
    Processor hedgedAnswerProcessor(MeterRegistry registry) {
        return new HedgeProcessor(registry);
    }

    @Bean
    Processor retryBackendProcessor() {
        return new RetryProcessor();
    }

    @Bean
    Processor affinityProcessor() {
        return new AffinityProcessor();
    }

    @Bean
    Processor timeLimitProcessor() {
        return new TimeLimitProcessor();
    }
}
