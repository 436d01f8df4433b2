package io.inference.security.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.database.Database;
import io.inference.embedded.SharedPostgres;
import io.inference.security.RefusedTokenException;
import io.inference.security.TokenCheck;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ApiKeysIT {
    private static final String BOOTSTRAP = "ik_" + "b".repeat(32);
    private static final Caller ADMIN = new Caller("root", Set.of("admins"), Set.of(), null, Caller.Kind.USER);

    private static Database database;

    private Instant now = Instant.now();
    private final ApiKeys keys = new ApiKeys(database, (InstantSource) () -> now, BOOTSTRAP, "admins, owners");

    @BeforeAll
    static void open() {
        database = Database.open(SharedPostgres::settings);
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void aKeyStandsForItsOwnerWithItsGroupsAndScopes() throws Exception {
        MadeApiKey made = keys.make(new NewApiKey("ci", "svc-ci", Set.of("builders"), Set.of("chat"), null), ADMIN);
        assertThat(made.text())
                .matches("ik_[0-9A-Za-z]{43}")
                .startsWith(made.key().prefix());
        assertThat(made.key().prefix()).hasSize(8);
        assertThat(made.key().createdBy()).isEqualTo("root");
        assertThat(new TokenCheck(keys).takes(made.text())).isTrue();
        assertThat(new TokenCheck(keys).verify(made.text()))
                .isEqualTo(new Caller("svc-ci", Set.of("builders"), Set.of("chat"), null, Caller.Kind.API_KEY));
        assertThat(made.toString()).doesNotContain(made.text());
    }

    @Test
    void onlyTheHashIsStored() {
        MadeApiKey made = keys.make(wanted(null), ADMIN);
        List<String> rows = database.call(client ->
                client.sql("SELECT k::text FROM api_keys k").query(String.class).list());
        assertThat(rows).isNotEmpty().noneMatch(row -> row.contains(made.text().substring(8)));
    }

    @Test
    void aSecondVerificationAsksNobody() throws Exception {
        MadeApiKey made = keys.make(wanted(null), ADMIN);
        Caller first = new TokenCheck(keys).verify(made.text());
        assertThat(new TokenCheck(keys).verify(made.text())).isSameAs(first);
    }

    @Test
    void whatNobodyMadeOrIsOfAnotherFormIsRefused() {
        assertThat(new TokenCheck(keys).takes("eyJhbGciOi")).isFalse();
        assertThatThrownBy(() -> new TokenCheck(keys).verify("ik_" + "0".repeat(43)))
                .isInstanceOf(RefusedTokenException.class)
                .hasMessageContaining("an unknown API key");
        assertThatThrownBy(() -> new TokenCheck(keys).verify("ik_' OR 1=1 --"))
                .isInstanceOf(RefusedTokenException.class)
                .hasMessageContaining("form");
    }

    @Test
    void aKeyEndsWhenItExpires() throws Exception {
        MadeApiKey made = keys.make(wanted(now.plusSeconds(60)), ADMIN);
        assertThat(new TokenCheck(keys).verify(made.text()).subject()).isEqualTo("root");
        now = now.plusSeconds(61);
        assertThatThrownBy(() -> new TokenCheck(keys).verify(made.text())).hasMessageContaining("has expired");
        Instant past = now.minusSeconds(1);
        assertThatThrownBy(() -> keys.make(wanted(past), ADMIN))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.param()).contains("expires_at"));
    }

    @Test
    void aRevokedKeyIsRefusedHereAtOnceAndAtOtherReplicasWithinSeconds() throws Exception {
        ApiKeys replica = new ApiKeys(database, InstantSource.system(), null, "admins");
        MadeApiKey made = keys.make(wanted(null), ADMIN);
        Caller here = new TokenCheck(keys).verify(made.text());
        Caller there = new TokenCheck(replica).verify(made.text());
        assertThat(here).isEqualTo(there);
        assertThat(keys.revoke(made.key().id()).revokedAt()).isNotNull();
        assertThatThrownBy(() -> new TokenCheck(keys).verify(made.text())).hasMessageContaining("is revoked");
        await().atMost(ApiKeys.LONGEST_KEPT.plusSeconds(5))
                .untilAsserted(() -> assertThatThrownBy(() -> new TokenCheck(replica).verify(made.text()))
                        .hasMessageContaining("is revoked"));
    }

    @Test
    void revokingTwiceKeepsTheFirstTimeAndAnUnknownKeyIsNotFound() {
        MadeApiKey made = keys.make(wanted(null), ADMIN);
        ApiKey first = keys.revoke(made.key().id());
        assertThat(keys.revoke(made.key().id()).revokedAt()).isEqualTo(first.revokedAt());
        assertThatThrownBy(() -> keys.revoke(UUID.randomUUID()))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }

    @Test
    void useIsNotedOnceAMinuteAndNotARequest() throws Exception {
        MadeApiKey made = keys.make(wanted(null), ADMIN);
        for (int i = 0; i < 50; i++) {
            assertThat(new TokenCheck(keys).verify(made.text())).isNotNull();
        }
        await().until(() -> row(made).lastUsedAt() != null);
        Instant first = row(made).lastUsedAt();
        new ApiKeyStore(database).noteUse(made.key().id());
        assertThat(row(made).lastUsedAt()).isEqualTo(first);
    }

    @Test
    void pagesAreNewestFirst() {
        List<UUID> made = List.of(1, 2, 3).stream()
                .map(i -> keys.make(wanted(null), ADMIN).key().id())
                .toList();
        ApiKeyPage first = keys.list(null, 2);
        assertThat(first.keys()).extracting(ApiKey::id).containsExactly(made.get(2), made.get(1));
        assertThat(first.hasMore()).isTrue();
        assertThat(keys.list(made.get(1), 1).keys()).extracting(ApiKey::id).containsExactly(made.get(0));
    }

    @Test
    void theBootstrapKeyNeedsNoDatabaseButOtherKeysSayThatItIsAway() throws Exception {
        try (Database away = Database.open(() -> {
            throw new IOException("away");
        })) {
            ApiKeys alone = new ApiKeys(away, InstantSource.system(), BOOTSTRAP, "admins, owners");
            assertThat(new TokenCheck(alone).verify(BOOTSTRAP).groups()).containsExactlyInAnyOrder("admins", "owners");
            assertThatThrownBy(() -> new TokenCheck(alone).verify("ik_" + "1".repeat(43)))
                    .isInstanceOfSatisfying(
                            InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        }
    }

    private static ApiKey row(MadeApiKey made) {
        return new ApiKeyStore(database).find(KeyText.hash(made.text())).orElseThrow();
    }

    private static NewApiKey wanted(Instant expiresAt) {
        return new NewApiKey("test", null, Set.of(), Set.of(), expiresAt);
    }
}
