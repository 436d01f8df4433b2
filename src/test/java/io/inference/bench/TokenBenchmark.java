package io.inference.bench;

import com.nimbusds.jose.jwk.JWKSet;
import io.inference.security.Admission;
import io.inference.security.Admittance;
import io.inference.security.AuditLog;
import io.inference.security.ForgedTokens;
import io.inference.security.InternalAccess;
import io.inference.security.Knock;
import io.inference.security.TestIssuer;
import io.inference.security.Tokens;
import io.inference.security.issuer.CallerClaims;
import io.inference.security.jwt.JwtVerifier;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to let a caller in, or to refuse a forged token, its audit line among it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class TokenBenchmark {
    private TestIssuer issuer;
    private Admittance admittance;
    private Knock known;
    private Knock unsigned;
    private Knock strangers;
    private Knock unknownKey;
    private Knock expired;

    @Setup
    public void setUp() throws Exception {
        issuer = new TestIssuer();
        JWKSet keys = new JWKSet(issuer.key()).toPublicJWKSet();
        JwtVerifier verifier =
                new JwtVerifier(() -> keys, issuer::url, TestIssuer.AUDIENCE, new CallerClaims("groups", null));
        admittance = new Admittance(
                new Tokens(List.of(verifier), "admins"), new InternalAccess("", "", ""), false, false, new AuditLog());
        Map<String, String> forged = ForgedTokens.of(issuer);
        known = knock(issuer.token());
        unsigned = knock(forged.get("alg none"));
        strangers = knock(forged.get("a stranger's key under the issuer's kid"));
        unknownKey = knock(forged.get("an unknown kid"));
        expired = knock(forged.get("expired"));
    }

    @TearDown
    public void tearDown() {
        issuer.close();
    }

    private static Knock knock(String token) {
        return new Knock(
                "id",
                "GET",
                "/v1/models",
                true,
                "127.0.0.1",
                "localhost",
                null,
                List.of("Bearer " + token),
                List.of(),
                List.of(),
                false);
    }

    @Benchmark
    public Admission knownToken() {
        return admittance.admit(known);
    }

    @Benchmark
    public Admission unsignedToken() {
        return admittance.admit(unsigned);
    }

    @Benchmark
    public Admission strangersSignature() {
        return admittance.admit(strangers);
    }

    @Benchmark
    public Admission unknownKeyId() {
        return admittance.admit(unknownKey);
    }

    @Benchmark
    public Admission expiredToken() {
        return admittance.admit(expired);
    }
}
