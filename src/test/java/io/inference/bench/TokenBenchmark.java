package io.inference.bench;

import com.nimbusds.jose.jwk.JWKSet;
import io.inference.http.security.TestChain;
import io.inference.security.ForgedTokens;
import io.inference.security.GroupNames;
import io.inference.security.TestIssuer;
import io.inference.security.issuer.CallerClaims;
import io.inference.security.jwt.JwtTokenProvider;
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
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/** The cost of the security chain for admitting a caller, or refusing a forged token, including the audit line. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class TokenBenchmark {
    private TestIssuer issuer;
    private TestChain chain;
    private Authentication let;
    private String known;
    private String unsigned;
    private String strangers;
    private String unknownKey;
    private String expired;

    @Setup
    public void setUp() throws Exception {
        issuer = new TestIssuer();
        JWKSet keys = new JWKSet(issuer.key()).toPublicJWKSet();
        CallerClaims claims = new CallerClaims("groups", null, GroupNames.parse("admins"));
        chain = new TestChain(
                new JwtTokenProvider(() -> keys, issuer::url, TestIssuer.AUDIENCE, claims),
                "",
                false,
                false,
                List.of());
        Map<String, String> forged = ForgedTokens.of(issuer);
        known = issuer.token();
        unsigned = forged.get("alg none");
        strangers = forged.get("a stranger's key under the issuer's kid");
        unknownKey = forged.get("an unknown kid");
        expired = forged.get("expired");
    }

    @TearDown
    public void tearDown() {
        issuer.close();
    }

    private Object send(String token) throws Exception {
        MockHttpServletRequest request = new MockHttpServletRequest(chain.context(), "GET", "/v1/models");
        if (!token.isEmpty()) {
            request.addHeader("Authorization", "Bearer " + token);
        }
        MockHttpServletResponse response = new MockHttpServletResponse();
        let = null;
        chain.send(
                request,
                response,
                true,
                (passed, answer) -> let = SecurityContextHolder.getContext().getAuthentication());
        return let == null ? response : let;
    }

    /** The cost of the fake request and answer by themselves. */
    @Benchmark
    public Object standIns() {
        MockHttpServletRequest request = new MockHttpServletRequest(chain.context(), "GET", "/v1/models");
        request.addHeader("Authorization", "Bearer " + known);
        return List.of(request, new MockHttpServletResponse());
    }

    @Benchmark
    public Object knownToken() throws Exception {
        return send(known);
    }

    @Benchmark
    public Object unsignedToken() throws Exception {
        return send(unsigned);
    }

    @Benchmark
    public Object strangersSignature() throws Exception {
        return send(strangers);
    }

    @Benchmark
    public Object unknownKeyId() throws Exception {
        return send(unknownKey);
    }

    @Benchmark
    public Object expiredToken() throws Exception {
        return send(expired);
    }
}
