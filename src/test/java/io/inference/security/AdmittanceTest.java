package io.inference.security;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.inference.api.InferenceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdmittanceTest {
    private final Admittance admittance = new Admittance();

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, localhost:8000,",
        "127.0.0.1, LOCALHOST,",
        "127.9.0.1, 127.0.0.1:8000, http://localhost:3000",
        "0:0:0:0:0:0:0:1, [::1]:8000, http://[::1]:8000",
        "::1,, "
    })
    void callersOnThisMachineComeIn(String peer, String host, String origin) {
        assertThatCode(() -> admittance.check(peer, host, origin)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1", "192.168.1.5", "2001:db8::1", "1127.0.0.1", ""})
    void callersElsewhereDoNot(String peer) {
        refused(peer, "localhost", null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8000", "[::2]:80", ""})
    void aNameThatWasReboundToThisMachineDoesNot(String host) {
        refused("127.0.0.1", host, null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example", "null", "http://localhost.evil.example", "::"})
    void pagesOfOtherOriginsDoNot(String origin) {
        refused("127.0.0.1", "localhost", origin);
    }

    @Test
    void aRefusalDoesNotSayWhatWouldBeLetIn() {
        assertThatThrownBy(() -> admittance.check("10.0.0.1", null, null))
                .isInstanceOf(InferenceException.class)
                .message()
                .doesNotContain("10.0.0.1");
    }

    private void refused(String peer, String host, String origin) {
        assertThatThrownBy(() -> admittance.check(peer, host, origin)).isInstanceOf(InferenceException.class);
    }
}
