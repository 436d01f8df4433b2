package io.inference.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.inference.api.call.Caller;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupNamesTest {
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
    void whoIsInAGroupOfAdminsIsAnAdmin(String adminGroups, String group, boolean admin) {
        Caller caller = new Caller("someone", Set.of(group), Set.of(), null, Caller.Kind.USER);
        assertThat(GroupNames.parse(adminGroups).asAdmin(caller).admin()).isEqualTo(admin);
    }
}
