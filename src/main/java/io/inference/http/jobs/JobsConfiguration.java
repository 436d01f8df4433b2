package io.inference.http.jobs;

import io.inference.http.HttpSettings;
import io.inference.job.Jobs;
import org.apache.camel.Processor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that {@code run-job.camel.yaml} and {@code rest-jobs.camel.yaml} name. */
@Configuration(proxyBeanMethods = false)
class JobsConfiguration {
    @Bean
    Processor jobAnswerProcessor() {
        return new JobAnswerProcessor();
    }

    @Bean
    JobProcessors jobProcessors(Jobs jobs, HttpSettings settings) {
        return new JobProcessors(jobs, new JobWriter(settings.apiPrefix()));
    }

    @Bean
    Processor jobRequestProcessor(JobProcessors processors) {
        return processors::read;
    }

    @Bean
    Processor submitJobProcessor(JobProcessors processors) {
        return processors::submit;
    }

    @Bean
    Processor listJobsProcessor(JobProcessors processors) {
        return processors::list;
    }

    @Bean
    Processor findJobProcessor(JobProcessors processors) {
        return processors::find;
    }

    @Bean
    Processor cancelJobProcessor(JobProcessors processors) {
        return processors::cancel;
    }

    @Bean
    Processor jobResultProcessor(JobProcessors processors) {
        return processors::result;
    }

    @Bean
    Processor writeJobProcessor(JobProcessors processors) {
        return processors::write;
    }
}
