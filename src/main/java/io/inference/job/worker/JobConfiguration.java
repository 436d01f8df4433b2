package io.inference.job.worker;

import io.inference.call.Calls;
import io.inference.config.Settings;
import io.inference.database.Database;
import io.inference.job.JobListener;
import io.inference.job.JobRunner;
import io.inference.limits.QueueLimiter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Jobs and their workers. */
@Configuration(proxyBeanMethods = false)
class JobConfiguration {
    @Bean
    JobSettings jobSettings(Settings settings) {
        return JobSettings.of(settings);
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
}
