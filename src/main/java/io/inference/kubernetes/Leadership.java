package io.inference.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Which replica reports to the cluster: the one that holds the Lease. A replica that stops gives it up; that of a
 * replica that is gone ends with its time. Two may believe for a moment that they lead, so that a report is made twice.
 */
final class Leadership implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(Leadership.class);
    /** Name of the Lease. */
    static final String LEASE = "inference-service";

    private final KubernetesClient client;
    private final LeaderElectionConfig config;
    private final Duration retry;
    private volatile boolean leader;
    private volatile boolean running;
    private @Nullable ExecutorService threads;
    private @Nullable CompletableFuture<?> competing;

    /**
     * @param identity of this replica, different from that of every other
     * @param lease after which a leader that does not renew its Lease is none
     */
    Leadership(KubernetesClient client, String namespace, String identity, Duration lease) {
        this.client = client;
        this.retry = lease.dividedBy(8);
        this.config = new LeaderElectionConfigBuilder()
                .withName(LEASE)
                .withLock(new LeaseLock(namespace, LEASE, identity))
                .withLeaseDuration(lease)
                .withRenewDeadline(lease.multipliedBy(2).dividedBy(3))
                .withRetryPeriod(retry)
                .withReleaseOnCancel(true)
                .withLeaderCallbacks(new LeaderCallbacks(() -> lead(true), () -> lead(false), who -> {}))
                .build();
    }

    /** Whether this replica holds the Lease. */
    boolean isLeader() {
        return leader;
    }

    private void lead(boolean leads) {
        leader = leads;
        log.debug("this replica {} to the cluster", leads ? "reports" : "no longer reports");
    }

    @Override
    public synchronized void start() {
        running = true;
        threads = Executors.newVirtualThreadPerTaskExecutor();
        compete();
    }

    /** Takes part until the stop, also after the Lease was lost. */
    private synchronized void compete() {
        ExecutorService executor = threads;
        if (running && executor != null) {
            competing = new LeaderElector(client, config, executor).start();
            var ignored = competing.whenCompleteAsync(
                    (none, failure) -> {
                        leader = false;
                        compete();
                    },
                    CompletableFuture.delayedExecutor(retry.toMillis(), TimeUnit.MILLISECONDS));
        }
    }

    @Override
    public void stop() {
        CompletableFuture<?> last;
        ExecutorService executor;
        synchronized (this) {
            running = false;
            last = competing;
            executor = threads;
        }
        if (last != null) {
            last.cancel(true);
        }
        if (executor != null) {
            executor.shutdown();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
