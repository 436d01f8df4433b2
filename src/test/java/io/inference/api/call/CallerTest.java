package io.inference.api.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CallerTest {
    private static final Caller ALICE = caller("alice", null);
    private static final Caller ADMIN = caller("root", null).asAdmin();

    @Test
    void whoMadeSomethingMayReadAndChangeIt() {
        assertThatCode(() -> ALICE.checkMayRead("job", "alice", null)).doesNotThrowAnyException();
        assertThatCode(() -> ALICE.checkOwns("job", "alice", null)).doesNotThrowAnyException();
    }

    @Test
    void anotherCallersThingIsToldToTheLetterLikeOneThatIsNotThere() {
        for (Runnable check :
                new Runnable[] {() -> ALICE.checkMayRead("job", "bob", null), () -> ALICE.checkOwns("job", "bob", null)
                }) {
            InferenceException told = catchThrowableOfType(InferenceException.class, check::run);
            assertThat(told.code()).isEqualTo(ErrorCode.NOT_FOUND);
            assertThat(told.getMessage())
                    .isEqualTo(InferenceException.noSuch("job").getMessage());
        }
    }

    @Test
    void equalNamesOfTwoTenantsAreTwoCallers() {
        Caller atAcme = caller("alice", "acme");
        assertThat(atAcme.mayRead("alice", "acme")).isTrue();
        assertThat(atAcme.mayRead("alice", "globex")).isFalse();
        assertThat(atAcme.mayRead("alice", null)).isFalse();
        assertThat(ALICE.mayRead("alice", "acme")).isFalse();
    }

    @Test
    void anAdminReadsEverythingButChangesOnlyItsOwn() {
        assertThat(ADMIN.mayRead("bob", "acme")).isTrue();
        assertThat(ADMIN.owns("bob", "acme")).isFalse();
        assertThat(catchThrowableOfType(InferenceException.class, () -> ADMIN.checkOwns("job", "bob", null))
                        .code())
                .isEqualTo(ErrorCode.FORBIDDEN);
        assertThatCode(() -> ADMIN.checkOwns("job", "root", null)).doesNotThrowAnyException();
    }

    @Test
    void whileAuthenticationIsOffThisMachineReadsEverything() {
        assertThat(Caller.LOCAL.mayRead("bob", null)).isTrue();
    }

    private static Caller caller(String subject, String tenant) {
        return new Caller(subject, Set.of(), Set.of(), tenant, Caller.Kind.USER);
    }
}
