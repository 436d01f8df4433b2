package io.inference.security.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.SignedJWT;
import io.inference.api.error.InferenceException;
import io.inference.security.GroupNames;
import io.inference.security.RefusedTokenException;
import io.inference.security.TestIssuer;
import io.inference.security.TokenCheck;
import io.inference.security.issuer.CallerClaims;
import io.inference.security.issuer.IssuerClient;
import io.inference.security.issuer.IssuerMetadata;
import java.math.BigInteger;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Key sets of an issuer, as received over HTTP. */
class KeySetTest {
    private static final Logger LOGGER = (Logger) LoggerFactory.getLogger("io.inference.security.jwt");

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final AtomicLong nanos = new AtomicLong();
    private final TestIssuer issuer = new TestIssuer();
    private final TokenCheck verifier = verifier();

    /** A source that has no keys yet. */
    private TokenCheck verifier() {
        return new TokenCheck(new JwtTokenProvider(
                new HttpKeySource(new IssuerClient(), new IssuerMetadata(issuer.url(), new IssuerClient()), null),
                issuer::url,
                TestIssuer.AUDIENCE,
                new CallerClaims("groups", null, GroupNames.parse("admins")),
                Clock.systemUTC(),
                nanos::get));
    }

    @BeforeEach
    void listen() {
        LOGGER.setLevel(Level.INFO);
        log.start();
        LOGGER.addAppender(log);
    }

    @AfterEach
    void stop() {
        LOGGER.detachAppender(log);
        LOGGER.setLevel(null);
        issuer.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"kty\":\"PQC\",\"kid\":\"x\",\"pub\":\"AAAA\"}",
                "{\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\",\"pub\":\"AAAA\"}",
                "{\"kty\":\"EC\",\"crv\":\"brainpoolP256r1\",\"x\":\"AAAA\",\"y\":\"AAAA\"}",
                "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\"}",
                "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\"}",
                "{\"kty\":\"EC\",\"x\":\"AAAA\",\"y\":\"AAAA\"}",
                "{\"kty\":\"OKP\",\"crv\":\"Ed999\",\"x\":\"AAAA\"}",
                "{\"kty\":\"OKP\",\"crv\":\"Ed25519\"}",
                "{\"kty\":\"RSA\",\"kid\":\"x\"}",
                "{\"kty\":\"RSA\",\"n\":7,\"e\":\"AQAB\"}",
                "{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"AQAB\"}",
                "{\"kty\":7}",
                "{\"kty\":null}",
                "{\"kid\":\"x\"}",
                "{}",
                "[]",
                "7",
                "null",
                "\"key\""
            })
    void aKeyThatCannotBeReadIsPassedOverAndTheOthersHold(String other) throws Exception {
        String good = issuer.key().toPublicJWK().toJSONString();
        for (String keys : List.of(other + "," + good, good + "," + other)) {
            issuer.publishDocument("{\"keys\":[" + keys + "]}");
            assertThat(verifier().verify(issuer.token()).subject()).isEqualTo("alice");
            assertThat(logged())
                    .containsExactly(
                            "of the keys at " + issuer.url() + "/keys 1 can be used for signatures, 1 are skipped");
            log.list.clear();
        }
    }

    /** The issuer's own key with one member changed, which is then the only one with its kid. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"use\":\"enc\"",
                "\"use\":7",
                "\"key_ops\":[\"encrypt\"]",
                "\"key_ops\":[\"sign\"]",
                "\"key_ops\":\"verify\"",
                "\"use\":\"sig\",\"key_ops\":[\"encrypt\"]",
                "\"alg\":\"RS999\"",
                "\"alg\":\"RSA-OAEP\"",
                "\"alg\":\"HS256\"",
                "\"alg\":\"none\"",
                "\"alg\":7",
                "\"x5c\":[\"no certificate\"]",
                "\"x5c\":\"text\"",
                "\"x5u\":\"::\"",
                "\"kid\":7"
            })
    void aKeyThatIsNotForOurSignaturesVerifiesNothing(String members) throws Exception {
        RSAKey key = issuer.key();
        String changed = "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" + key.getModulus() + "\","
                + (members.contains("kid") ? "" : "\"kid\":\"first\",") + members + "}";
        String other = TestIssuer.newKey("other").toPublicJWK().toJSONString();
        issuer.publishDocument("{\"keys\":[" + changed + "," + other + "]}");
        refused(issuer.token());
        issuer.publishDocument("");
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        assertThat(verifier.verify(issuer.token(c -> c.jwtID("2"))).subject()).isEqualTo("alice");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"use\":\"sig\",", "\"key_ops\":[\"verify\"],", "\"alg\":\"RS256\",", "\"kid\":null,"})
    void membersThatAreNotThereRestrictNothing(String members) throws Exception {
        issuer.publishDocument("{\"keys\":[{" + members + "\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\""
                + issuer.key().getModulus() + "\"}],\"more\":{\"x\":[1]}}");
        JWSHeader header = new JWSHeader(JWSAlgorithm.RS256);
        assertThat(verifier.verify(TestIssuer.sign(header, issuer.claims().build(), issuer.key()))
                        .subject())
                .isEqualTo("alice");
    }

    @Test
    void ofTwoKeysUnderOneKidEitherHolds() throws Exception {
        RSAKey first = issuer.key();
        RSAKey second = TestIssuer.newKey("first");
        issuer.publish(second);
        JWSHeader header =
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("first").build();
        for (RSAKey key : List.of(first, second)) {
            assertThat(verifier.verify(TestIssuer.sign(header, issuer.claims().build(), key))
                            .subject())
                    .isEqualTo("alice");
        }
    }

    @Test
    void aKeyOfFewerThan2048BitsOrWithAnExponentOfOneVerifiesNothing() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(new RSAKeyGenParameterSpec(1024, RSAKeyGenParameterSpec.F4));
        var pair = generator.generateKeyPair();
        RSAKey weak = new RSAKey.Builder((RSAPublicKey) pair.getPublic())
                .privateKey((RSAPrivateKey) pair.getPrivate())
                .keyID("weak")
                .build();
        issuer.publish(weak.toPublicJWK());
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("weak").build(),
                issuer.claims().build());
        token.sign(new com.nimbusds.jose.crypto.RSASSASigner(weak.toPrivateKey(), true));
        refused(token.serialize());
        for (BigInteger exponent : List.of(BigInteger.ONE, BigInteger.TWO, BigInteger.ZERO)) {
            String key =
                    "{\"kty\":\"RSA\",\"kid\":\"e\",\"n\":\"" + issuer.key().getModulus() + "\",\"e\":\""
                            + com.nimbusds.jose.util.Base64URL.encode(exponent) + "\"}";
            assertThat(KeySetParser.parse("{\"keys\":[" + key + "]}").passedOver())
                    .isEqualTo(1);
        }
    }

    /** A public set with a secret in it: every reader of the set could sign. */
    @Test
    void aSymmetricKeyOfAPublicSetVerifiesNothing() throws Exception {
        byte[] secret = new byte[32];
        issuer.publish(new OctetSequenceKey.Builder(secret)
                .keyID("secret")
                .keyUse(KeyUse.SIGNATURE)
                .algorithm(JWSAlgorithm.HS256)
                .build());
        SignedJWT forged = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("secret").build(),
                issuer.claims().build());
        forged.sign(new MACSigner(secret));
        refused(forged.serialize());
        assertThat(verifier.verify(issuer.token()).subject()).isEqualTo("alice");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"keys\":{}}",
                "{\"keys\":null}",
                "{\"keys\":\"a private thing\"}",
                "[]",
                "<html>a private thing</html>",
            })
    void whatIsNoSetChangesNothingButOneLineInTheLog(String document) throws Exception {
        assertThat(verifier.verify(issuer.token()).subject()).isEqualTo("alice");
        issuer.publishDocument(document);
        for (int i = 0; i < 5; i++) {
            nanos.addAndGet(Duration.ofSeconds(31).toNanos());
            refused(issuer.tokenUnder("made-up"));
            String next = String.valueOf(i);
            assertThat(verifier.verify(issuer.token(c -> c.jwtID(next))).subject())
                    .isEqualTo("alice");
        }
        assertThat(logged())
                .singleElement()
                .asString()
                .contains("the previous keys remain in use", issuer.url() + "/keys")
                .doesNotContain("private");
        issuer.publishDocument("");
        nanos.addAndGet(Duration.ofSeconds(31).toNanos());
        refused(issuer.tokenUnder("made-up"));
        assertThat(logged().getLast()).isEqualTo("the issuer's keys can be fetched again");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"keys\":[]}", "{\"keys\":[{\"kty\":\"a private thing\"}]}"})
    void tokensOfKeysThatWereWithdrawnAreRefusedThoughNoneFollowed(String document) throws Exception {
        assertThat(verifier.verify(issuer.token()).subject()).isEqualTo("alice");
        issuer.publishDocument(document);
        nanos.addAndGet(Duration.ofSeconds(31).toNanos());
        refused(issuer.tokenUnder("made-up"));
        refused(issuer.token(claims -> claims.jwtID("another")));
        assertThat(logged())
                .anyMatch(line -> line.contains("it has 0 now"))
                .noneMatch(line -> line.contains("private"));
        issuer.publishDocument("");
        nanos.addAndGet(Duration.ofSeconds(31).toNanos());
        assertThat(verifier.verify(issuer.token(claims -> claims.jwtID("third")))
                        .subject())
                .isEqualTo("alice");
    }

    @Test
    void whereThereNeverWasAUsableKeyItIsNotTheTokensFault() {
        issuer.publishDocument("{\"keys\":[{\"kty\":\"PQC\"}]}");
        String token = issuer.token();
        assertThatThrownBy(() -> verifier.verify(token))
                .isInstanceOfSatisfying(
                        InferenceException.class,
                        e -> assertThat(e.code().httpStatus()).isEqualTo(503));
    }

    @Test
    void aSetOfABottomlessNestingIsNone() {
        assertThatThrownBy(() -> KeySetParser.parse("{\"keys\":" + "[".repeat(100_000)))
                .isInstanceOf(java.text.ParseException.class);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {"JWT", "jwt", "application/jwt", "at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+jwt"})
    void anAccessTokenMaySayItsTypeInEitherFormOrNot(String type) throws Exception {
        assertThat(verifier.verify(typed(type)).subject()).isEqualTo("alice");
    }

    @ParameterizedTest
    @CsvSource({
        "dpop+jwt",
        "application/dpop+jwt",
        "logout+jwt",
        "application/logout+jwt",
        "id_token",
        "secevent+jwt",
        "JWE",
        "JOSE",
        "application/",
        "at+jwt;v=1",
        "text/at+jwt",
        "application/application/at+jwt"
    })
    void aTokenOfAnotherTypeIsRefused(String type) {
        refused(typed(type));
    }

    private String typed(String type) {
        JWSHeader.Builder header = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("first");
        return TestIssuer.sign(
                (type == null ? header : header.type(new JOSEObjectType(type))).build(),
                issuer.claims().build(),
                issuer.key());
    }

    private void refused(String token) {
        assertThatThrownBy(() -> verifier.verify(token)).isInstanceOf(RefusedTokenException.class);
    }

    private List<String> logged() {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}
