package io.inference.security.opaque;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.bucket4j.TimeMeter;
import io.inference.MovedClock;
import io.inference.api.call.Caller;
import io.inference.api.error.InferenceException;
import io.inference.security.GroupNames;
import io.inference.security.RefusedTokenException;
import io.inference.security.TokenCheck;
import io.inference.security.issuer.CallerClaims;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CachedIntrospectorTest {
    private static final String ISSUER = "https://login.example";

    private final MovedClock clock = new MovedClock();
    private final AtomicInteger asked = new AtomicInteger();
    private final Map<String, Object> answer = new HashMap<>(Map.of(
            "active", true, "iss", ISSUER, "aud", List.of("inference"), "sub", "alice", "groups", List.of("staff")));
    private volatile Introspection introspection = token -> Map.copyOf(answer);
    private final TokenCheck verifier = new TokenCheck(new CachedIntrospector(
                    new IntrospectionThrottle(
                            this::ask,
                            () -> ISSUER,
                            "inference",
                            new CallerClaims("groups", null, GroupNames.parse("admins")),
                            clock,
                            new Meter()),
                    clock::nanos)
            .provider());

    CachedIntrospectorTest() {
        answer.put("exp", clock.instant().plusSeconds(3600).getEpochSecond());
    }

    private Map<String, Object> ask(String token) throws IOException {
        asked.incrementAndGet();
        return introspection.ask(token);
    }

    @Test
    void aTokenThatIsActiveNamesItsCaller() throws Exception {
        answer.put("scope", "chat embed");
        answer.put("token_type", "Bearer");
        Caller caller = verifier.verify("abc");
        assertThat(caller.subject()).isEqualTo("alice");
        assertThat(caller.groups()).containsExactly("staff");
        assertThat(caller.scopes()).as("without AUTH_SCOPE_PREFIX").isEmpty();
        assertThat(caller.kind()).isEqualTo(Caller.Kind.USER);
        answer.put("aud", "inference");
        answer.put("client_id", "alice");
        assertThat(verifier.verify("def").kind()).isEqualTo(Caller.Kind.SERVICE);
    }

    @Test
    void whatMustHoldOfAJwtMustHoldOfTheAnswer() {
        long now = clock.instant().getEpochSecond();
        Map.<String, List<Object>>of(
                        "iss", List.of("https://evil.example", ""),
                        "aud", List.of("another", List.of("a", "b"), 7),
                        "exp", List.of(now - 31, "soon"),
                        "nbf", List.of(now + 31),
                        "sub", List.of("", "service:grpc", "a\nb"),
                        "token_type", List.of("DPoP", "N_A"),
                        "token_use", List.of("refresh_token"),
                        "typ", List.of("Refresh"),
                        "cnf", List.of(Map.of("jkt", "x")))
                .forEach((claim, wrong) -> wrong.forEach(value -> refusedWith(claim, value)));
        for (String claim : List.of("iss", "aud", "exp", "sub")) {
            refusedWith(claim, null);
        }
        refusedWith("active", false);
    }

    private void refusedWith(String claim, Object value) {
        Map<String, Object> changed = new HashMap<>(answer);
        changed.put(claim, value);
        introspection = token -> changed;
        assertThatThrownBy(() -> verifier.verify(claim + "-" + asked.get()))
                .as(claim + " " + value)
                .isInstanceOf(RefusedTokenException.class);
    }

    @Test
    void anActiveTokenIsAskedAboutOnceAMinute() throws Exception {
        Caller ignored = verifier.verify("abc");
        clock.advance(Duration.ofSeconds(59));
        assertThat(verifier.verify("abc").subject()).isEqualTo("alice");
        assertThat(asked).hasValue(1);
        clock.advance(Duration.ofSeconds(2));
        introspection = token -> Map.of("active", false);
        refused("abc");
        assertThat(asked).hasValue(2);
    }

    @Test
    void noAnswerIsBelievedBeyondTheTokensExpiry() throws Exception {
        answer.put("exp", clock.instant().plusSeconds(20).getEpochSecond());
        Caller ignored = verifier.verify("abc");
        clock.advance(Duration.ofSeconds(21));
        introspection = token -> Map.of("active", false);
        refused("abc");
    }

    @Test
    void oneBadTokenAskedForOftenIsOneQuestionInTenSeconds() {
        introspection = token -> Map.of("active", false);
        for (int i = 0; i < 1000; i++) {
            refused("bad");
        }
        assertThat(asked).hasValue(1);
        clock.advance(Duration.ofSeconds(11));
        refused("bad");
        assertThat(asked).hasValue(2);
    }

    @Test
    void aFloodOfMadeUpTokensIsABoundedNumberOfQuestions() {
        introspection = token -> Map.of("active", false);
        int unanswered = 0;
        for (int i = 0; i < 1000; i++) {
            unanswered += outcome("made-up-" + i).equals("503") ? 1 : 0;
        }
        assertThat(asked).hasValue(IntrospectionThrottle.BURST);
        assertThat(unanswered).isEqualTo(1000 - IntrospectionThrottle.BURST);
        clock.advance(Duration.ofSeconds(1));
        for (int i = 0; i < 1000; i++) {
            outcome("more-" + i);
        }
        assertThat(asked).hasValue(IntrospectionThrottle.BURST + IntrospectionThrottle.A_SECOND);
    }

    @Test
    void anIssuerThatIsDownIsNotTheTokensFaultAndLetsNobodyIn() throws Exception {
        introspection = token -> {
            throw new IOException("down");
        };
        assertThat(outcome("abc")).isEqualTo("503");
        assertThat(outcome("abc")).isEqualTo("503");
        assertThat(asked).hasValue(1);
        introspection = token -> Map.copyOf(answer);
        clock.advance(Duration.ofSeconds(2));
        assertThat(outcome("abc")).isEqualTo("alice");
        introspection = token -> {
            throw new IOException("down again");
        };
        clock.advance(Duration.ofSeconds(30));
        assertThat(outcome("abc")).isEqualTo("alice");
        clock.advance(Duration.ofSeconds(31));
        assertThat(outcome("abc")).isEqualTo("503");
    }

    @Test
    void requestsAtOnceWithTheSameTokenShareOneQuestion() throws Exception {
        CountDownLatch allIn = new CountDownLatch(1);
        introspection = token -> {
            try {
                allIn.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return Map.copyOf(answer);
        };
        CountDownLatch started = new CountDownLatch(16);
        List<Future<Caller>> callers = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Caller> request = () -> {
                started.countDown();
                return verifier.verify("abc");
            };
            for (int i = 0; i < 16; i++) {
                callers.add(threads.submit(request));
            }
            started.await();
            allIn.countDown();
            for (Future<Caller> caller : callers) {
                assertThat(caller.get().subject()).isEqualTo("alice");
            }
        }
        assertThat(asked).hasValue(1);
    }

    @Test
    void whatNoIssuerMakesIsNotEvenAskedAbout() {
        for (String token : List.of("a b", "a&token=b", "é", "a\nb", "=", "x".repeat(5000))) {
            refused(token);
        }
        assertThat(asked).hasValue(0);
        assertThat(verifier.takes("ik_0123")).isFalse();
        assertThat(verifier.takes("abc")).isTrue();
    }

    private void refused(String token) {
        assertThatThrownBy(() -> verifier.verify(token)).isInstanceOf(RefusedTokenException.class);
    }

    private String outcome(String token) {
        try {
            return verifier.verify(token).subject();
        } catch (RefusedTokenException e) {
            return "401";
        } catch (InferenceException e) {
            return Integer.toString(e.code().httpStatus());
        }
    }

    private final class Meter implements TimeMeter {
        @Override
        public long currentTimeNanos() {
            return clock.nanos();
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}
