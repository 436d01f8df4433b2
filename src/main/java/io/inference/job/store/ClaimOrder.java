package io.inference.job.store;

import io.inference.job.JobPriority;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How the jobs that a replica claims are shared among priorities. Each job has a turn, a time that depends on its
 * submission and priority; jobs are claimed in the order of their turns. While more urgent jobs wait, jobs of a lower
 * priority whose turn has not come get a share of the claims, so that they never starve. Requests that wait at a door
 * have no row, and so no turn: while there are some, a job's turn has come if it is not later than the turn that such a
 * request would get if it became a job now.
 *
 * <p>Each replica counts its own claims: if each keeps to the share, all together do. Used by one thread.
 */
public final class ClaimOrder {
    /** Rows of another replica may have times that this replica's clock has not reached. */
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(1);

    private static final double ROUNDING = 1e-9;

    /** Claims by turn before each one out of turn. */
    private final double spacing;

    private final Supplier<@Nullable JobPriority> waiting;

    /** Claims by turn since the last one out of turn, up to the limit that counts. */
    private double since;

    /** Time up to which seconds without a job in turn are counted; null before the first claim. */
    private @Nullable Instant idleSince;

    /**
     * The most urgent priority of the last claim, if it took as many jobs as it could, so that more may wait; null if
     * it took fewer.
     */
    private @Nullable JobPriority overflowing;

    /**
     * @param lowShare of the claims, above 0; 1 leaves all to the turns
     * @param waiting the most urgent priority of requests that wait at a door; null for none
     */
    public ClaimOrder(double lowShare, Supplier<@Nullable JobPriority> waiting) {
        this.spacing = (1 - lowShare) / lowShare;
        this.waiting = waiting;
    }

    /**
     * The limits of one claim.
     *
     * @param most jobs in all
     * @param lower jobs out of turn among these
     * @param priorities of the jobs out of turn
     * @param until latest turn to claim; null for all
     * @param at when
     */
    record Plan(
            int most,
            int lower,
            List<JobPriority> priorities,
            @Nullable Instant until,
            Instant at) {}

    Plan plan(int most, Instant now) {
        JobPriority outside = spacing > 0 ? waiting.get() : null;
        Instant until = outside == null ? null : JobStore.turn(now, outside).plus(CLOCK_SKEW);
        JobPriority top = moreUrgent(outside, overflowing);
        int due = spacing > 0 ? (int) (since / spacing + ROUNDING) : 0;
        List<JobPriority> below = top == null || due == 0 ? List.of() : below(top);
        return new Plan(most, below.isEmpty() ? 0 : Math.min(most, due), below, until, now);
    }

    /** Null for none of them. */
    public static @Nullable JobPriority moreUrgent(@Nullable JobPriority one, @Nullable JobPriority other) {
        return one == null || other != null && other.compareTo(one) < 0 ? other : one;
    }

    private static List<JobPriority> below(JobPriority top) {
        return Arrays.stream(JobPriority.values())
                .filter(priority -> priority.compareTo(top) > 0)
                .toList();
    }

    /**
     * @param byTurn priorities of the jobs that were claimed by their turns
     * @param lower jobs that were claimed out of turn
     */
    void claimed(Plan plan, List<JobPriority> byTurn, int lower) {
        // An unused share is not saved up, nor more than one claim out of turn.
        double left = lower < plan.lower() ? 0 : since - lower * spacing;
        since = Math.max(left, Math.min(left + byTurn.size(), Math.max(spacing, byTurn.size())));
        if (lower < plan.most()) {
            boolean all = byTurn.size() + lower == plan.most();
            overflowing = all ? byTurn.stream().min(JobPriority::compareTo).orElse(null) : null;
        }
        countIdleSeconds(plan, !byTurn.isEmpty());
    }

    /**
     * Requests that wait at a door may take long to become jobs if the running jobs are long. So that jobs of a lower
     * priority never starve, each second in which no job had its turn although slots were free counts as a claim by
     * turn.
     */
    private void countIdleSeconds(Plan plan, boolean claimedByTurn) {
        Instant from = idleSince;
        if (plan.until() == null || claimedByTurn || from == null) {
            idleSince = plan.at();
            return;
        }
        long seconds = Duration.between(from, plan.at()).toSeconds();
        if (seconds > 0) {
            since = Math.max(since, Math.min(since + seconds, spacing));
            idleSince = plan.at();
        }
    }
}
