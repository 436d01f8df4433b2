package io.inference.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeadershipTest {
    private static final Duration LEASE = Duration.ofSeconds(2);

    private final TestCluster cluster = new TestCluster();
    private final Leadership leadership = new Leadership(cluster.client(), TestCluster.NAMESPACE, "here", LEASE);

    @AfterEach
    void close() {
        leadership.stop();
        cluster.close();
    }

    @Test
    void theLeaseOfAReplicaThatIsGoneEndsWithItsTime() {
        Instant renewed = Instant.now();
        cluster.client()
                .leases()
                .resource(new LeaseBuilder()
                        .withNewMetadata()
                        .withName(Leadership.LEASE)
                        .endMetadata()
                        .withNewSpec()
                        .withHolderIdentity("gone")
                        .withLeaseDurationSeconds((int) LEASE.toSeconds())
                        .withAcquireTime(renewed.atZone(ZoneOffset.UTC))
                        .withRenewTime(renewed.atZone(ZoneOffset.UTC))
                        .withLeaseTransitions(1)
                        .endSpec()
                        .build())
                .create();

        leadership.start();

        await().until(leadership::isLeader);
        assertThat(Instant.now()).isAfter(renewed.plus(LEASE).minusMillis(10));
        // A leader that is held up for longer than its lease gives it back, and takes it again.
        var lease = cluster.client().leases().withName(Leadership.LEASE);
        await().untilAsserted(() ->
                assertThat(lease.get().getSpec().getHolderIdentity()).isEqualTo("here"));
    }
}
