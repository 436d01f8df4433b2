package io.inference.engine.cpu.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WorkerPoolTest {
    private final List<Thread> threads = new ArrayList<>();

    /** Threads that do not run until {@code gate} opens, as on a busy machine. */
    private ThreadFactory after(CountDownLatch gate) {
        return body -> {
            Thread thread = Thread.ofPlatform().daemon().unstarted(() -> {
                await(gate);
                body.run();
            });
            threads.add(thread);
            return thread;
        };
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aHelperThatIsHeldUpHoldsNoCallUp() throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(1);
        try (WorkerPool pool = new WorkerPool(3, after(gate))) {
            for (int call = 0; call < 100; call++) {
                int[] ran = new int[50];
                pool.run(50, (task, worker) -> ran[task] += worker == 0 ? 1 : 1000);
                assertThat(ran).containsOnly(1);
            }
            gate.countDown();
            meet(pool, 3);
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** A call that ends only if all of the pool's threads are in it at once. */
    private static void meet(WorkerPool pool, int threads) {
        CountDownLatch all = new CountDownLatch(threads);
        pool.run(threads, (task, worker) -> {
            all.countDown();
            await(all);
        });
    }

    @Test
    void runsEveryTaskOnceOverManyCalls() {
        try (WorkerPool pool = new WorkerPool(4)) {
            for (int call = 0; call < 20_000; call++) {
                AtomicInteger ran = new AtomicInteger();
                pool.run(1 + call % 9, (task, worker) -> ran.addAndGet(1 + (task << 8)));
                int tasks = 1 + call % 9;
                assertThat(ran.get()).isEqualTo(tasks + (tasks * (tasks - 1) / 2 << 8));
            }
        }
    }

    @Test
    void helpersThatParkedComeBack() {
        try (WorkerPool pool = new WorkerPool(2, after(new CountDownLatch(0)))) {
            for (int round = 0; round < 3; round++) {
                meet(pool, 2);
                while (threads.getFirst().getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
            }
            meet(pool, 2);
        }
    }

    @Test
    void nobodyIsInATaskWhenTheCallerGoesOn() {
        try (WorkerPool pool = new WorkerPool(2)) {
            for (int call = 0; call < 100; call++) {
                CountDownLatch callersEnded = new CountDownLatch(1);
                CountDownLatch helpersBegun = new CountDownLatch(1);
                int[] written = new int[1];
                pool.run(2, (task, worker) -> {
                    if (worker == 0) {
                        await(helpersBegun);
                        callersEnded.countDown();
                    } else {
                        helpersBegun.countDown();
                        await(callersEnded);
                        for (int i = 0; i < 20; i++) {
                            Thread.yield();
                        }
                        written[0] = 1;
                    }
                });
                assertThat(written[0]).isOne();
            }
        }
    }

    @Test
    void aFailureInAHelperReachesTheCaller() {
        failsIn(1);
    }

    @Test
    void aFailureInTheCallersOwnTaskWaitsForTheHelpers() {
        failsIn(0);
    }

    /** Both threads run a task; the one of {@code failing} fails, and the other's ends all the same. */
    private static void failsIn(int failing) {
        try (WorkerPool pool = new WorkerPool(2)) {
            CountDownLatch both = new CountDownLatch(2);
            AtomicInteger ended = new AtomicInteger();
            assertThatThrownBy(() -> pool.run(2, (task, worker) -> {
                        both.countDown();
                        await(both);
                        if (worker == failing) {
                            throw new IllegalArgumentException("no");
                        }
                        Thread.yield();
                        ended.incrementAndGet();
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasRootCauseInstanceOf(IllegalArgumentException.class);
            assertThat(ended).hasValue(1);
            meet(pool, 2); // the helper still runs, and the failure is forgotten
        }
    }

    @Test
    void aFailureLeavesTheRestOut() {
        try (WorkerPool pool = new WorkerPool(2, after(new CountDownLatch(1)))) {
            AtomicInteger ran = new AtomicInteger();
            assertThatThrownBy(() -> pool.run(100, (task, worker) -> {
                        if (ran.incrementAndGet() == 7) {
                            throw new IllegalArgumentException("no");
                        }
                    }))
                    .hasRootCauseMessage("no");
            assertThat(ran).hasValue(7);
        }
    }

    @Test
    void closingEndsTheHelpersAndRefusesWork() throws InterruptedException {
        WorkerPool pool = new WorkerPool(3, after(new CountDownLatch(0)));
        meet(pool, 3);
        pool.close();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThatThrownBy(() -> pool.run(10, (task, worker) -> {})).isInstanceOf(IllegalStateException.class);
    }
}
