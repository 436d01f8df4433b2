package io.inference.job.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.inference.api.call.Caller;
import io.inference.call.Calls;
import io.inference.database.Database;
import io.inference.embedded.SharedPostgres;
import io.inference.job.JobAnswer;
import io.inference.job.JobListener;
import io.inference.job.JobPriority;
import io.inference.job.JobTask;
import io.inference.job.NewJob;
import io.inference.job.worker.JobSettings;
import io.inference.job.worker.StoredJobs;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The order in which jobs are claimed, on a real PostgreSQL with a clock of the test. */
class ClaimOrderIT {
    private static final Caller ALICE = new Caller("alice", Set.of(), Set.of(), null, Caller.Kind.USER);
    private static final double EIGHTH = 0.125;
    private static Database database;

    private final AtomicReference<@Nullable JobPriority> waiting = new AtomicReference<>();
    private Instant now = Instant.parse("2030-01-01T00:00:00Z");
    private final JobStore store = new JobStore(database, () -> now);
    private int submitted;

    @BeforeAll
    static void open() {
        database = Database.open(() -> SharedPostgres.fresh("claim_order"));
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @BeforeEach
    void empty() {
        int ignored =
                database.<Integer>call(client -> client.sql("DELETE FROM jobs").update());
    }

    @Test
    void oneOfEightClaimsIsOfALowerPriorityWhileAHigherWaits() {
        submit(40, JobPriority.LOW);
        submit(40, JobPriority.HIGH);
        String claimed = oneByOne(replica(EIGHTH), 80);
        // The last high one is the 45th: five low ones are among them, and all others after them.
        assertThat(claimed).isEqualTo("HHHHHHHL".repeat(5) + "HHHHH" + "L".repeat(35));
    }

    @Test
    void manySlotsThatAreFreeAtOnceAreSharedAlike() {
        submit(40, JobPriority.LOW);
        submit(40, JobPriority.HIGH);
        JobLeases replica = replica(EIGHTH);
        assertThat(letters(replica.claim(16))).isEqualTo("H".repeat(16));
        // The credit of the first claim is used with the second.
        assertThat(letters(replica.claim(16))).isEqualTo("H".repeat(14) + "LL");
        assertThat(letters(replica.claim(8))).isEqualTo("H".repeat(6) + "LL");
        assertThat(letters(replica.claim(8))).isEqualTo("HHHHLLLL");
    }

    @ParameterizedTest
    @CsvSource({"0.5, HLHLHLHL", "0.25, HHHLHHHL", "0.75, HLLLHLLL", "0.001, HHHHHHHH", "1, HHHHHHHH"})
    void theShareIsTheSettings(double share, String expected) {
        submit(20, JobPriority.LOW);
        submit(20, JobPriority.HIGH);
        assertThat(oneByOne(replica(share), expected.length())).isEqualTo(expected);
    }

    @Test
    void twoReplicasKeepToTheShareTogether() {
        submit(40, JobPriority.LOW);
        submit(40, JobPriority.HIGH);
        JobLeases here = replica(EIGHTH);
        JobLeases there = replica(EIGHTH);
        StringBuilder claimed = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            claimed.append(letters(here.claim(1))).append(letters(there.claim(1)));
        }
        assertThat(count(claimed.toString(), 'L')).isEqualTo(4);
    }

    @Test
    void whereOnlyOnePriorityWaitsItHasEverySlotInTheOrderItCame() {
        submit(20, JobPriority.LOW);
        JobLeases replica = replica(EIGHTH);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            replica.claim(5).forEach(lease -> names.add(lease.job().correlationId()));
        }
        assertThat(names).containsExactlyElementsOf(names(20));
    }

    @Test
    void mediumIsAboveLowAndBelowHigh() {
        submit(10, JobPriority.LOW);
        submit(10, JobPriority.MEDIUM);
        submit(8, JobPriority.HIGH);
        assertThat(oneByOne(replica(EIGHTH), 28)).isEqualTo("HHHHHHHM" + "HMMMMMML" + "MMM" + "L".repeat(9));
    }

    @Test
    void waitingMakesUpForPriorityWithoutRegardToTheShare() {
        submit(5, JobPriority.LOW);
        now = now.plusSeconds(61);
        submit(5, JobPriority.HIGH);
        assertThat(oneByOne(replica(EIGHTH), 10)).isEqualTo("LLLLLHHHHH");
    }

    @Test
    void whatWaitsAtADoorHoldsLowerOnesToTheShare() {
        waiting.set(JobPriority.HIGH);
        JobLeases replica = replica(EIGHTH);
        submit(10, JobPriority.LOW);
        assertThat(replica.claim(16)).isEmpty();
        StringBuilder claimed = new StringBuilder();
        for (int i = 0; i < 16; i++) {
            // Each becomes a job when the one before has been claimed, as in a queue with few slots.
            submit(1, JobPriority.HIGH);
            claimed.append(letters(replica.claim(16)));
        }
        assertThat(count(claimed.toString(), 'H')).isEqualTo(16);
        assertThat(count(claimed.toString(), 'L')).isEqualTo(2);

        waiting.set(JobPriority.LOW);
        assertThat(letters(replica.claim(16))).isEqualTo("L".repeat(8));
    }

    @Test
    void mediumThatWaitsAtADoorHoldsUpLowAlone() {
        waiting.set(JobPriority.MEDIUM);
        submit(2, JobPriority.LOW);
        submit(2, JobPriority.MEDIUM);
        submit(2, JobPriority.HIGH);
        assertThat(letters(replica(EIGHTH).claim(16))).isEqualTo("HHMM");
    }

    @Test
    void whatWaitsAtADoorHoldsNobodyUpForLongerThanWaitingMakesUpFor() {
        waiting.set(JobPriority.HIGH);
        JobLeases replica = replica(EIGHTH);
        submit(2, JobPriority.LOW);
        submit(2, JobPriority.MEDIUM);
        assertThat(replica.claim(16)).isEmpty();
        now = now.plusSeconds(30);
        assertThat(letters(replica.claim(16))).isEqualTo("MM");
        now = now.plusSeconds(30);
        assertThat(letters(replica.claim(16))).isEqualTo("LL");
    }

    @Test
    void theWholeAsAShareLeavesAllToTheTurnsOfRows() {
        waiting.set(JobPriority.HIGH);
        submit(2, JobPriority.LOW);
        submit(2, JobPriority.HIGH);
        assertThat(letters(replica(1).claim(16))).isEqualTo("HHLL");
    }

    @Test
    void aReplicaGoesOnAtOnceWhenNothingUrgentWaitsAnyMore() {
        List<String> ran = new CopyOnWriteArrayList<>();
        Database own = Database.open(() -> SharedPostgres.fresh("claim_order_wake"));
        JobListener door = new JobListener() {
            @Override
            public @Nullable JobPriority waiting() {
                return waiting.get();
            }
        };
        // With a larger share, the low ones would have their turn after seconds, which a busy machine may need.
        JobSettings settings = new JobSettings(4, 3, Duration.ofMinutes(1), Duration.ofMillis(200), 0.001);
        Calls calls = new Calls(List.of(), Duration.ZERO);
        StoredJobs jobs = StoredJobs.open(
                own,
                settings,
                (job, payload, call, chunks) -> {
                    ran.add(job.correlationId());
                    return JobAnswer.whole(payload);
                },
                () -> false,
                calls,
                () -> List.of(door));
        waiting.set(JobPriority.HIGH);
        jobs.start();
        try {
            for (int i = 0; i < 5; i++) {
                jobs.submit(job("low " + i, JobPriority.LOW));
            }
            jobs.submit(job("high", JobPriority.HIGH));
            await().until(() -> ran.contains("high"));
            assertThat(ran).containsExactly("high");
            waiting.set(null);
            jobs.wake();
            await().until(() -> ran.size() == 6);
        } finally {
            jobs.stop();
            calls.close();
            own.close();
        }
    }

    private JobLeases replica(double share) {
        return new JobLeases(
                database, () -> now, UUID.randomUUID(), Duration.ofSeconds(20), new ClaimOrder(share, waiting::get));
    }

    private void submit(int count, JobPriority priority) {
        for (int i = 0; i < count; i++) {
            store.addOrFind(job(name(submitted++), priority));
            now = now.plusMillis(1);
        }
    }

    private static List<String> names(int count) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            names.add(name(i));
        }
        return names;
    }

    private static String name(int number) {
        return "job " + number;
    }

    private static NewJob job(String name, JobPriority priority) {
        byte[] payload = "{}".getBytes(StandardCharsets.UTF_8);
        return new NewJob(ALICE, "rest", name, JobTask.CHAT, priority, payload, null, false);
    }

    /** The first letters of the priorities that run when one slot after the other becomes free. */
    private static String oneByOne(JobLeases replica, int claims) {
        StringBuilder claimed = new StringBuilder();
        for (int i = 0; i < claims; i++) {
            claimed.append(letters(replica.claim(1)));
        }
        return claimed.toString();
    }

    private static String letters(List<Lease> leases) {
        StringBuilder letters = new StringBuilder();
        leases.forEach(lease -> letters.append(lease.job().priority().name().charAt(0)));
        return letters.toString();
    }

    private static long count(String letters, char letter) {
        return letters.chars().filter(one -> one == letter).count();
    }
}
