package io.inference.security.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import io.inference.api.call.Caller;
import io.inference.api.error.InferenceException;
import io.inference.security.ForgedTokens;
import io.inference.security.GroupNames;
import io.inference.security.RefusedTokenException;
import io.inference.security.TestIssuer;
import io.inference.security.TokenCheck;
import io.inference.security.issuer.CallerClaims;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JwtTokenProviderTest {
    private final TestIssuer issuer = new TestIssuer();
    private final AtomicInteger fetches = new AtomicInteger();
    private final AtomicLong nanos = new AtomicLong();
    private volatile Instant now = Instant.now();
    private volatile boolean down;

    private final TokenCheck verifier = new TokenCheck(new JwtTokenProvider(
            this::fetch, issuer::url, TestIssuer.AUDIENCE, claims("groups", null), new MovedClock(), nanos::get));
    private volatile List<RSAKey> keys = List.of(issuer.key());

    private JWKSet fetch() throws IOException {
        fetches.incrementAndGet();
        if (down) {
            throw new IOException("down");
        }
        return new JWKSet(List.copyOf(keys)).toPublicJWKSet();
    }

    @AfterEach
    void stop() {
        issuer.close();
    }

    @Test
    void aTokenOfTheIssuerNamesItsCaller() throws Exception {
        Caller caller =
                verifier.verify(issuer.token(c -> c.claim("scope", "chat embed").claim("tenant", "acme")));
        assertThat(caller.subject()).isEqualTo("alice");
        assertThat(caller.groups()).containsExactly("staff");
        assertThat(caller.scopes()).as("others' scopes restrict nothing").isEmpty();
        assertThat(caller.tenant()).isEqualTo("acme");
        assertThat(caller.kind()).isEqualTo(Caller.Kind.USER);
        assertThat(verifier.verify(issuer.token(c -> c.claim("azp", "alice"))).kind())
                .isEqualTo(Caller.Kind.SERVICE);
    }

    @Test
    void whereScopesCountATokenMayDoWhatItsOwnNameAndOneWithoutIsForOthers() throws Exception {
        TokenCheck scoped = new TokenCheck(
                new JwtTokenProvider(this::fetch, issuer::url, TestIssuer.AUDIENCE, claims("groups", "inference:")));
        Caller caller = scoped.verify(
                issuer.token(c -> c.claim("scope", "openid inference:chat inference:embed inference: other:keys")));
        assertThat(caller.scopes()).containsExactlyInAnyOrder("chat", "embed");
        assertThat(caller.mayDo("chat")).isTrue();
        assertThat(caller.mayDo("keys")).isFalse();
        assertThat(scoped.verify(issuer.token(c -> c.claim("scp", List.of("inference:models"))))
                        .scopes())
                .containsExactly("models");
        for (Object scope : new Object[] {"openid profile", "", "inference:", List.of(), 7}) {
            String token = issuer.token(c -> c.claim("scope", scope));
            assertThatThrownBy(() -> scoped.verify(token))
                    .isInstanceOf(RefusedTokenException.class)
                    .hasMessageContaining("AUTH_SCOPE_PREFIX");
        }
    }

    private static CallerClaims claims(String groups, String scopePrefix) {
        return new CallerClaims(groups, scopePrefix, GroupNames.parse("admins"));
    }

    @Test
    void groupsMayBeWithinAnObjectOrNotThereAtAll() throws Exception {
        TokenCheck nested = new TokenCheck(new JwtTokenProvider(
                this::fetch, issuer::url, TestIssuer.AUDIENCE, claims("realm_access.roles", null)));
        Map<String, Object> access = Map.of("roles", List.of("a", "b"));
        assertThat(nested.verify(issuer.token(c -> c.claim("realm_access", access)))
                        .groups())
                .containsExactlyInAnyOrder("a", "b");
        assertThat(nested.verify(issuer.token()).groups()).isEmpty();
        assertThat(nested.verify(issuer.token(c -> c.claim("realm_access", 7))).groups())
                .isEmpty();
    }

    @Test
    void noForgedTokenHoldsAndFewAskTheIssuer() throws Exception {
        Caller ignored = verifier.verify(issuer.token());
        ForgedTokens.of(issuer).forEach((what, token) -> {
            if (verifier.takes(token)) {
                assertThatThrownBy(() -> verifier.verify(token)).as(what).isInstanceOf(RefusedTokenException.class);
            }
        });
        assertThat(fetches).hasValueLessThanOrEqualTo(3);
        assertThat(issuer.requests()).isZero();
    }

    @Test
    void thirtySecondsOfSkewAreForgivenAndNoMore() throws Exception {
        String early = issuer.token(c -> c.notBeforeTime(Date.from(now.plusSeconds(25))));
        String late = issuer.token(c -> c.expirationTime(Date.from(now.minusSeconds(25))));
        assertThat(verifier.verify(early).subject()).isEqualTo("alice");
        assertThat(verifier.verify(late).subject()).isEqualTo("alice");
        now = now.plusSeconds(10);
        refused(late);
    }

    @Test
    void aVerifiedTokenIsKnownUntilItExpires() throws Exception {
        String token = issuer.token(c -> c.expirationTime(Date.from(now.plusSeconds(60))));
        Caller first = verifier.verify(token);
        assertThat(verifier.verify(token)).isSameAs(first);
        now = now.plusSeconds(95);
        refused(token);
    }

    @Test
    void aHundredMadeUpKeyIdsCauseThreeFetchesInHalfAMinute() throws Exception {
        Caller ignored = verifier.verify(issuer.token());
        for (int i = 0; i < 100; i++) {
            refused(issuer.tokenUnder("made-up-" + i));
        }
        assertThat(fetches).hasValue(3);
        nanos.addAndGet(Duration.ofSeconds(31).toNanos());
        refused(issuer.tokenUnder("made-up"));
        assertThat(fetches).hasValue(4);
    }

    @Test
    void aNewKeyIsTakenUpWithItsFirstTokenAndAKeyThatIsGoneHoldsNoLonger() throws Exception {
        String old = issuer.token();
        assertThat(verifier.verify(old).subject()).isEqualTo("alice");
        issuer.rotate("second", false);
        keys = List.of(issuer.key());
        assertThat(verifier.verify(issuer.token()).subject()).isEqualTo("alice");
        refused(old);
    }

    @Test
    void oldKeysServeWhileTheIssuerIsDownAndAreRefreshedBehindRequests() throws Exception {
        Caller ignored = verifier.verify(issuer.token());
        down = true;
        nanos.addAndGet(Duration.ofHours(5).toNanos());
        assertThat(verifier.verify(issuer.token(c -> c.jwtID("2"))).subject()).isEqualTo("alice");
        await().until(() -> fetches.get() >= 2);
        assertThat(verifier.verify(issuer.token(c -> c.jwtID("3"))).subject()).isEqualTo("alice");
    }

    @Test
    void whereNoKeysWereEverHadItIsNotTheTokensFault() {
        down = true;
        String token = issuer.token();
        assertThatThrownBy(() -> verifier.verify(token))
                .isInstanceOfSatisfying(
                        InferenceException.class,
                        e -> assertThat(e.code().httpStatus()).isEqualTo(503));
    }

    @Test
    void whereNoKeysWereEverHadTheIssuerIsAskedEveryFiveSecondsAndNoMore() throws Exception {
        down = true;
        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> verifier.verify(issuer.token())).isInstanceOf(InferenceException.class);
        }
        assertThat(fetches).hasValue(1);
        for (int i = 0; i < 4; i++) {
            nanos.addAndGet(Duration.ofSeconds(5).toNanos());
            assertThatThrownBy(() -> verifier.verify(issuer.token())).isInstanceOf(InferenceException.class);
        }
        assertThat(fetches).hasValue(5);
        down = false;
        nanos.addAndGet(Duration.ofSeconds(5).toNanos());
        assertThat(verifier.verify(issuer.token()).subject()).isEqualTo("alice");
    }

    private void refused(String token) {
        assertThatThrownBy(() -> verifier.verify(token)).isInstanceOf(RefusedTokenException.class);
    }

    private final class MovedClock extends Clock {
        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public java.time.ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }
    }
}
