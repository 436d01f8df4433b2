package io.inference.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.api.Caller;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokensTest {
    @ParameterizedTest
    @CsvSource({
        "admins, admins, true",
        "'root, admins', admins, true",
        "admins, administrators, false",
        "admins, ADMINS, false",
        "admins, *, false",
        "*, users, true",
        "'', users, false",
        "',', '', false"
    })
    void whoIsInAGroupOfAdminsIsAnAdmin(String adminGroups, String group, boolean admin) throws Exception {
        Tokens tokens = new Tokens(List.of(of(group)), adminGroups);
        assertThat(tokens.verify("token").admin()).isEqualTo(admin);
    }

    private static TokenVerifier of(String group) {
        return new TokenVerifier() {
            @Override
            public boolean takes(String token) {
                return true;
            }

            @Override
            public Caller verify(String token) {
                return new Caller("someone", Set.of(group), Set.of(), null, Caller.Kind.USER);
            }
        };
    }
}
