package io.inference.http.jobs;

import org.apache.camel.Processor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that {@code run-job.camel.yaml} and {@code rest-jobs.camel.yaml} read and write by. */
@Configuration(proxyBeanMethods = false)
class JobsConfiguration {
    @Bean
    Processor jobAnswerProcessor() {
        return new JobAnswerProcessor();
    }
}
