package io.inference;

import io.inference.call.Calls;
import io.inference.config.Settings;
import io.inference.database.Database;
import io.inference.job.JobListener;
import io.inference.job.JobRunner;
import io.inference.job.JobSettings;
import io.inference.job.StoredJobs;
import io.inference.job.batch.Batches;
import io.inference.job.file.Files;
import io.inference.limits.QueueLimiter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Jobs and what runs them. */
@Configuration(proxyBeanMethods = false)
class JobConfiguration {
    @Bean
    JobSettings jobSettings(Settings settings) {
        Duration grace = settings.time("shutdown-grace");
        return new JobSettings(
                settings.whole("job-concurrency"),
                settings.whole("job-attempts"),
                settings.time("request-timeout"),
                // A little is kept of it to give back what has not ended by then.
                grace.multipliedBy(9).dividedBy(10),
                settings.share("priority-low-share"));
    }

    @Bean
    StoredJobs jobs(
            Database database,
            JobSettings settings,
            JobRunner runner,
            QueueLimiter waiting,
            Calls calls,
            ObjectProvider<JobListener> listeners,
            MeterRegistry registry) {
        StoredJobs jobs = StoredJobs.open(
                database,
                settings,
                runner,
                waiting::isNearlyFull,
                calls,
                () -> listeners.orderedStream().toList());
        Gauge.builder("inference.jobs.running", jobs, StoredJobs::running)
                .description("Jobs that this replica runs")
                .register(registry);
        return jobs;
    }

    @Bean
    Files files(Database database, Settings settings) {
        return new Files(database, settings.bytes("file-storage-limit"));
    }

    @Bean
    Batches batches(Database database, StoredJobs jobs, Files files) {
        return new Batches(database, jobs.batchJobs(), files);
    }
}
