package io.inference.housekeeping;

import io.inference.database.AdvisoryLock;
import io.inference.database.ReplicaLock;
import javax.sql.DataSource;
import org.apache.camel.Processor;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that {@code camel/*.camel.yaml} name. */
@Configuration(proxyBeanMethods = false)
class HousekeepingConfiguration {
    @Bean
    ReplicaLock replicaLock(@Qualifier("dataSource") DataSource dataSource) {
        return new AdvisoryLock(dataSource);
    }

    @Bean
    TaskFailures housekeepingFailures() {
        return new TaskFailures();
    }

    @Bean
    OneReplicaPolicy oneReplicaPolicy(ReplicaLock lock, TaskFailures failures) {
        return new OneReplicaPolicy(lock, failures);
    }

    @Bean
    Processor reportFailureProcessor(TaskFailures failures) {
        return failures::report;
    }
}
