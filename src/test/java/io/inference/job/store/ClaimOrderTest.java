package io.inference.job.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.job.JobPriority;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClaimOrderTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final ClaimOrder order = new ClaimOrder(0.125, () -> JobPriority.HIGH);

    @Test
    void lowerJobsGetTheirShareOfTheTimeThoughNoRequestThatWaitsBecomesAJob() {
        int lower = 0;
        for (int second = 0; second <= 70; second++) {
            ClaimOrder.Plan plan = order.plan(16, START.plusSeconds(second));
            lower += plan.lower();
            order.claimed(plan, List.of(), plan.lower());
        }
        assertThat(lower).isBetween(8, 10);
    }

    @Test
    void claimsInQuickSuccessionAreNoReasonForMore() {
        for (int claim = 0; claim < 1000; claim++) {
            ClaimOrder.Plan plan = order.plan(16, START);
            assertThat(plan.lower()).isZero();
            order.claimed(plan, List.of(), 0);
        }
    }

    @Test
    void secondsInWhichAJobHadItsTurnDoNotCount() {
        for (int second = 0; second < 6; second++) {
            ClaimOrder.Plan plan = order.plan(16, START.plusSeconds(second));
            assertThat(plan.lower()).isZero();
            order.claimed(plan, List.of(JobPriority.HIGH), 0);
        }
    }
}
