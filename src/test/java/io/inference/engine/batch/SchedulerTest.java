package io.inference.engine.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.engine.error.EngineBusyException;
import io.inference.engine.error.EngineClosedException;
import io.inference.engine.error.EngineException;
import io.inference.engine.error.NotFiniteException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The scheduler step by step, with a model whose answer shows wrong pages. */
class SchedulerTest {
    private static final Duration AGEING = Duration.ofSeconds(10);

    private final FakeModel model = new FakeModel();
    private long now;
    private Scheduler scheduler = scheduler(2, 100, 100);

    private Scheduler scheduler(int maxBatch, int maxQueue, int maxPages) {
        return new Scheduler(model, new SchedulerOptions(maxBatch, maxQueue, maxPages, 32, 8, AGEING), () -> now);
    }

    private FakeOwner submit(int[] prompt, int wanted, int priority, String caller) {
        FakeOwner owner = new FakeOwner(prompt, wanted);
        scheduler.submit(new SequenceRequest(prompt, priority, caller, owner));
        return owner;
    }

    private FakeOwner submit(int length, int wanted) {
        return submit(FakeModel.prompt(length, length % 7 + 1), wanted, 0, "anyone");
    }

    private void runToEnd() {
        for (int i = 0; scheduler.step(); i++) {
            assertThat(i).as("steps").isLessThan(10_000);
        }
    }

    @Test
    void generatesWhatTheModelSays() {
        FakeOwner owner = submit(5, 40);
        runToEnd();
        assertThat(owner.tokens).isEqualTo(owner.expected());
        assertThat(scheduler.active()).isZero();
        assertThat(scheduler.pagesInUse()).isZero();
        assertThat(scheduler.step()).isFalse();
    }

    @Test
    void sequencesJoinBetweenStepsAndShareThem() {
        FakeOwner first = submit(5, 10);
        scheduler.step();
        FakeOwner second = submit(6, 10);
        scheduler.step();
        assertThat(model.lastLengths()).containsExactly(1, 6);
        scheduler.step();
        assertThat(model.lastLengths()).containsExactly(1, 1);
        runToEnd();
        assertThat(first.tokens).isEqualTo(first.expected());
        assertThat(second.tokens).isEqualTo(second.expected());
    }

    @Test
    void aLongPromptGoesInChunksBetweenTheTokensOfOthers() {
        submit(5, 50);
        scheduler.step();
        FakeOwner longOne = submit(30, 2);
        for (int i = 0; i < 4; i++) {
            scheduler.step();
            assertThat(model.lastLengths()).containsExactly(1, i < 3 ? 8 : 6);
        }
        assertThat(longOne.tokens).hasSize(1);
    }

    @Test
    void promptsShareTheBudgetOfAStep() {
        submit(40, 1);
        submit(10, 1);
        scheduler.step();
        assertThat(model.lastLengths()).containsExactly(10, 22);
    }

    @Test
    void neverMoreAtOnceThanTheBatchTakes() {
        for (int i = 0; i < 5; i++) {
            submit(4, 3);
        }
        runToEnd();
        assertThat(model.steps).allMatch(it -> it.size() <= 2);
    }

    @Test
    void theMostUrgentComesFirstThenInOrderOfArrival() {
        scheduler = scheduler(1, 100, 100);
        List<FakeOwner> owners = List.of(
                submit(new int[] {1}, 1, 5, "a"),
                submit(new int[] {2}, 1, 0, "a"),
                submit(new int[] {3}, 1, 5, "a"),
                submit(new int[] {4}, 1, 0, "a"));
        assertThat(orderOfEnd(owners)).containsExactly(2, 4, 1, 3);
    }

    /** The first tokens of the prompts, in the order in which the sequences ended. */
    private List<Integer> orderOfEnd(List<FakeOwner> owners) {
        List<Integer> order = new ArrayList<>();
        while (scheduler.step()) {
            for (FakeOwner owner : owners) {
                if (owner.done && !order.contains(owner.prompt[0])) {
                    order.add(owner.prompt[0]);
                }
            }
        }
        return order;
    }

    @Test
    void waitingMakesUrgentSoThatTheLeastUrgentHasItsTurn() {
        scheduler = scheduler(1, 100, 100);
        FakeOwner low = submit(new int[] {1}, 1, 3, "low");
        int others = 0;
        while (!low.done) {
            submit(new int[] {2}, 1, 0, "high" + others++);
            submit(new int[] {2}, 1, 0, "high" + others++);
            scheduler.step();
            now += AGEING.toNanos() / 2;
            assertThat(others).isLessThan(100);
        }
        assertThat(others).as("it waited while it was less urgent").isGreaterThan(4);
    }

    @Test
    void callersTakeTurns() {
        scheduler = scheduler(1, 100, 100);
        List<FakeOwner> owners = List.of(
                submit(new int[] {1}, 1, 0, "many"),
                submit(new int[] {2}, 1, 0, "many"),
                submit(new int[] {3}, 1, 0, "many"),
                submit(new int[] {4}, 1, 0, "few"),
                submit(new int[] {5}, 1, 0, "few"));
        assertThat(orderOfEnd(owners)).containsExactly(1, 4, 2, 5, 3);
    }

    @Test
    void aFullQueueRefusesAtOnce() {
        scheduler = scheduler(1, 2, 100);
        submit(5, 100);
        scheduler.step();
        submit(5, 1);
        submit(5, 1);
        assertThatThrownBy(() -> submit(5, 1))
                .isInstanceOfSatisfying(
                        EngineBusyException.class,
                        e -> assertThat(e.retryAfter()).isPositive());
        assertThat(scheduler.active()).isEqualTo(1);
        assertThat(scheduler.queued()).isEqualTo(2);
    }

    @Test
    void cancellingFreesPagesAtTheNextStep() {
        FakeOwner running = submit(40, 100);
        FakeOwner other = submit(3, 100);
        scheduler.step();
        scheduler.step();
        FakeOwner waiting = submit(3, 1);
        scheduler.step();
        assertThat(scheduler.pagesInUse()).isGreaterThan(3);
        running.cancelled = true;
        waiting.cancelled = true;
        scheduler.step();
        assertThat(scheduler.pagesInUse()).isEqualTo(1);
        assertThat(scheduler.active()).isEqualTo(1);
        assertThat(scheduler.queued()).isZero();
        other.cancelled = true;
        assertThat(scheduler.step()).isFalse();
        assertThat(scheduler.pagesInUse()).isZero();
        assertThat(waiting.cachedTokens).as("never started").isEqualTo(-1);
    }

    @Test
    void aCommonBeginningIsComputedOnce() {
        int[] common = new Random(1).ints(40, 1, 90).toArray();
        FakeOwner first = submit(common, 3, 0, "a");
        runToEnd();
        FakeOwner same = submit(common.clone(), 3, 0, "b");
        int[] other = common.clone();
        other[20] = 91;
        FakeOwner differsInSecondPage = submit(other, 3, 0, "b");
        runToEnd();
        assertThat(first.cachedTokens).isZero();
        assertThat(same.cachedTokens).isEqualTo(32);
        assertThat(differsInSecondPage.cachedTokens).isEqualTo(16);
        assertThat(same.tokens).isEqualTo(first.tokens).isEqualTo(first.expected());
        assertThat(differsInSecondPage.tokens).isEqualTo(differsInSecondPage.expected());
    }

    @Test
    void theLastTokenOfAPromptIsAlwaysComputed() {
        submit(FakeModel.prompt(32, 3), 1, 0, "a");
        runToEnd();
        FakeOwner same = submit(FakeModel.prompt(32, 3), 2, 0, "a");
        runToEnd();
        assertThat(same.cachedTokens).isEqualTo(16);
        assertThat(same.tokens).isEqualTo(same.expected());
    }

    @Test
    void aSequenceWhoseReaderIsBehindPausesAndLeavesItsPlace() {
        FakeOwner slow = submit(5, 30);
        FakeOwner other = submit(6, 30);
        scheduler.step();
        slow.ready = false;
        scheduler.step();
        assertThat(model.lastLengths()).containsExactly(1);
        FakeOwner third = submit(7, 2);
        scheduler.step();
        assertThat(model.lastLengths())
                .as("the third runs in the place of the first")
                .containsExactly(1, 7);
        slow.ready = true;
        runToEnd();
        assertThat(slow.tokens).isEqualTo(slow.expected());
        assertThat(other.tokens).isEqualTo(other.expected());
        assertThat(third.tokens).isEqualTo(third.expected());
    }

    @Test
    void whereAllReadersAreBehindThereIsNothingToDo() {
        FakeOwner slow = submit(5, 30);
        scheduler.step();
        slow.ready = false;
        assertThat(scheduler.step()).isFalse();
        assertThat(scheduler.active()).isEqualTo(1);
    }

    @Test
    void withoutPagesTheNewestComputesAgainLater() {
        scheduler = scheduler(4, 100, 6);
        Random random = new Random(5);
        List<FakeOwner> owners = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            owners.add(submit(random.ints(10 + i, 1, 90).toArray(), 60, 0, "caller" + i));
        }
        runToEnd();
        for (FakeOwner owner : owners) {
            assertThat(owner.tokens).isEqualTo(owner.expected());
        }
        assertThat(scheduler.pagesInUse()).isZero();
    }

    @Test
    void hiddenStatesOfTheWholePromptAndNothingElse() {
        FakeReader owner = new FakeReader();
        scheduler.submit(new SequenceRequest(FakeModel.prompt(70, 2), 0, "a", owner));
        runToEnd();
        assertThat(owner.hiddenTokens).isEqualTo(70);
        assertThat(owner.done).isTrue();
        assertThat(scheduler.pagesInUse()).isZero();
    }

    @Test
    void aFailedStepEndsItsSequencesOnly() {
        assertEndsItsSequencesOnly(new IllegalStateException("broken"));
    }

    /** As a mapped file that was truncated throws it. */
    @Test
    void anErrorOfTheJvmInAStepEndsItsSequencesOnly() {
        assertEndsItsSequencesOnly(new InternalError("broken"));
    }

    private void assertEndsItsSequencesOnly(Throwable failure) {
        FakeOwner unlucky = submit(5, 30);
        model.failure = failure;
        scheduler.step();
        assertThat(unlucky.failure).isInstanceOf(EngineException.class).hasMessageContaining("broken");
        model.failure = null;
        FakeOwner next = submit(5, 3);
        runToEnd();
        assertThat(next.tokens).isEqualTo(next.expected());
        assertThat(scheduler.pagesInUse()).isZero();
    }

    @Test
    void aTokenThatIsNotFiniteFailsItsSequence() {
        FakeOwner owner = submit(5, 3);
        model.finite = false;
        runToEnd();
        assertThat(owner.failure).isInstanceOf(NotFiniteException.class);
        assertThat(scheduler.pagesInUse()).isZero();
    }

    @Test
    void allSequencesCanBeEndedAndOthersFollow() {
        FakeOwner running = submit(5, 30);
        scheduler.step();
        FakeOwner waiting = submit(5, 30);
        scheduler.failAll(new IllegalStateException("broken"));
        assertThat(running.failure).isInstanceOf(EngineException.class).hasMessageContaining("broken");
        assertThat(waiting.failure).isInstanceOf(EngineException.class).hasMessageContaining("broken");
        FakeOwner next = submit(5, 3);
        runToEnd();
        assertThat(next.tokens).isEqualTo(next.expected());
    }

    @Test
    void closingEndsEverySequence() {
        FakeOwner running = submit(5, 30);
        scheduler.step();
        FakeOwner waiting = submit(5, 30);
        scheduler.close();
        assertThat(running.failure).isInstanceOf(EngineClosedException.class);
        assertThat(waiting.failure).isInstanceOf(EngineClosedException.class);
        assertThat(scheduler.pagesInUse()).isZero();
        assertThatThrownBy(() -> submit(5, 1)).isInstanceOf(EngineClosedException.class);
    }

    @Test
    void randomLifeLeavesNoPageBehind() {
        scheduler = scheduler(3, 1000, 8);
        Random random = new Random(11);
        List<FakeOwner> owners = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            if (random.nextInt(3) == 0) {
                int length = 1 + random.nextInt(60);
                owners.add(submit(
                        FakeModel.prompt(length, 1 + random.nextInt(2)),
                        1 + random.nextInt(40),
                        random.nextInt(3),
                        "caller" + random.nextInt(3)));
            }
            owners.forEach(it -> it.ready = random.nextInt(4) > 0);
            if (!owners.isEmpty() && random.nextInt(20) == 0) {
                owners.get(random.nextInt(owners.size())).cancelled = true;
            }
            now += 1_000_000;
            scheduler.step();
        }
        owners.forEach(it -> it.ready = true);
        runToEnd();
        assertThat(owners).allMatch(it -> it.cancelled || it.tokens.equals(it.expected()));
        assertThat(scheduler.pagesInUse()).isZero();
        assertThat(scheduler.active() + scheduler.queued()).isZero();
    }
}
