package io.inference.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ConnectionStringTest {
    @Test
    void theFormOfLibpqIsReadWithItsEncodedCredentialsAndOptions() {
        DatabaseAddress settings =
                DatabaseAddress.of("postgres://al%40ice:p%3A+ss@db.example:5433/inference?sslmode=require", 7);
        assertThat(settings.url()).isEqualTo("jdbc:postgresql://db.example:5433/inference?sslmode=require");
        assertThat(settings.user()).isEqualTo("al@ice");
        assertThat(settings.password()).isEqualTo("p:+ss");
        assertThat(settings.poolSize()).isEqualTo(7);
        assertThat(settings).hasToString("jdbc:postgresql://db.example:5433/inference as al@ice");
    }

    @Test
    void portAndCredentialsMayBeLeftOut() {
        DatabaseAddress settings = DatabaseAddress.of("postgresql://[::1]/inference", 1);
        assertThat(settings.url()).isEqualTo("jdbc:postgresql://[::1]:5432/inference");
        assertThat(settings.user()).isNull();
        assertThat(settings.password()).isNull();
    }

    @Test
    void theFormOfJdbcIsTakenAsItIs() {
        String url = "jdbc:postgresql://a,b/inference?user=x&password=secret&targetServerType=primary";
        assertThat(DatabaseAddress.of(url, 1).url()).isEqualTo(url);
        assertThat(DatabaseAddress.of(url, 1).toString()).doesNotContain("secret");
    }

    @Test
    void anythingElseIsRefusedWithoutShowingIt() {
        assertThatThrownBy(() -> DatabaseAddress.of("mysql://u:hunter2@h/x", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("hunter2");
        assertThatThrownBy(() -> DatabaseAddress.of("postgres://u:hun ter2@h/x", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain("ter2");
    }

    @Test
    void anAddressOfItsPartsTakesAnIpv6HostAndAnyName() {
        assertThat(DatabaseAddress.of("::1", 5432, "a b", "u", null, "prefer", 1)
                        .url())
                .isEqualTo("jdbc:postgresql://[::1]:5432/a+b?sslmode=prefer");
    }
}
