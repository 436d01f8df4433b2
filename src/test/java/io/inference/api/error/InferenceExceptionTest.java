package io.inference.api.error;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class InferenceExceptionTest {
    @ParameterizedTest
    @EnumSource
    void everyRefusalThatPassesSaysWhenToTryAgainAndNoOther(ErrorCode code) {
        boolean passes = code == ErrorCode.RATE_LIMITED || code.httpStatus() == 503;
        assertThat(new InferenceException(code, "refused").retryAfter().isPresent())
                .isEqualTo(passes);
    }

    @Test
    void anAbsurdNameOfAModelIsNotRepeatedWhole() {
        assertThat(InferenceException.modelNotFound("m".repeat(1_000_000)).getMessage())
                .startsWith("model 'mmm")
                .hasSizeLessThan(300);
    }
}
