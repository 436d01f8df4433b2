package io.inference.engine.template.value;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BudgetTest {
    @AfterEach
    void forgetInterrupts() {
        Thread.interrupted();
    }

    @Test
    void aRenderingThatNobodyWaitsForEnds() {
        Budget budget = new Budget(10_000, 1_000_000);
        budget.work(1);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> budget.work(200_000))
                .isInstanceOf(Failure.class)
                .hasMessageContaining("interrupted");
    }

    @Test
    void noConversationIsLongEnoughForMoreThanSecondsOfACore() {
        Budget budget = new Budget(1_000_000, 1_000_000_000);
        assertThatThrownBy(() -> budget.work(150_000_001)).hasMessageContaining("too many steps");
    }

    @Test
    void whatIsAllowedIsAllowedToTheLastStep() {
        Budget budget = new Budget(0, 0);
        assertThatCode(() -> budget.work(5_000_000)).doesNotThrowAnyException();
        assertThatThrownBy(() -> budget.work(1)).hasMessageContaining("too many steps");
    }
}
