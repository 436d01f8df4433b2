package io.inference.security;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuditLogTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "alice\nallowed 1 caller=\"root\" act=\"made a key\"",
                "alice\" code=ok reason=\"",
                "back\\\"slash\\",
                "\u2028\u0085\u001b[31m\u202e\t\r\0"
            })
    void whatACallerWroteStaysOnItsLineAndWithinItsQuotes(String text) {
        assertThat(AuditLog.shown(text)).matches("(?:[ -~&&[^\"\\\\]]|\\\\[\"\\\\]|\\\\u[0-9a-f]{4})*");
    }

    @ParameterizedTest
    @CsvSource({"alice, alice", "zo\u00eb, zo\\u00eb", "zo?, zo?", "a\\u0041, a\\\\u0041"})
    void namesThatDifferAreShownSo(String text, String shown) {
        assertThat(AuditLog.shown(text)).isEqualTo(shown);
    }

    @ParameterizedTest
    @ValueSource(ints = {201, 100_000})
    void aLongTextIsCut(int length) {
        assertThat(AuditLog.shown("x".repeat(length))).hasSize(203).endsWith("...");
    }
}
