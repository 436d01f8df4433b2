package io.inference.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.api.call.Caller;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UserAccessTest {
    private final UserAccess access = new UserAccess(GroupNames.parse("staff"));

    @Test
    void aRouteThatNamesNoScopeIsForCredentialsWithoutScopes() {
        assertThat(access.refusal(caller("staff"), false, null)).isNull();
        assertThat(access.refusal(caller("staff", "chat"), false, null)).isNotNull();
        assertThat(access.refusal(caller("staff", ""), false, null)).isNotNull();
        assertThat(access.refusal(caller("guests"), false, null)).isNotNull();
    }

    @Test
    void aRouteThatNamesAScopeIsAlsoForCredentialsWithIt() {
        assertThat(access.refusal(caller("staff"), false, "chat")).isNull();
        assertThat(access.refusal(caller("staff", "chat"), false, "chat")).isNull();
        assertThat(access.refusal(caller("staff", "embed"), false, "chat"))
                .isEqualTo("the credential was not made for this: chat");
        assertThat(access.refusal(caller("guests", "chat"), false, "chat")).isNotNull();
    }

    @Test
    void aRouteThatDecidesItselfIsHeldToTheScopeThatItNamesAlone() {
        assertThat(access.refusal(caller("guests", "embed"), true, null)).isNull();
        assertThat(access.refusal(caller("guests", "embed"), true, "chat")).isNotNull();
    }

    private static Caller caller(String group, String... scopes) {
        return new Caller("alice", Set.of(group), Set.of(scopes), null, Caller.Kind.USER);
    }
}
