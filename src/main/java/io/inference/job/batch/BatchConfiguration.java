package io.inference.job.batch;

import io.inference.database.Database;
import io.inference.job.file.Files;
import io.inference.job.worker.StoredJobs;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class BatchConfiguration {
    @Bean
    Batches batches(Database database, StoredJobs jobs, Files files) {
        return new Batches(database, jobs.batchJobs(), files);
    }
}
