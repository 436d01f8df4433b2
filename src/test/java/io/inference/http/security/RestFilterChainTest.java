package io.inference.http.security;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import io.inference.api.call.Caller;
import io.inference.routes.check.RouteAccess;
import io.inference.security.CallerAuthentication;
import io.inference.security.RefusedTokenException;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockServletContext;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;

class RestFilterChainTest {
    private static final Caller ALICE =
            new Caller("alice", java.util.Set.of(), java.util.Set.of(), null, Caller.Kind.USER);

    private static final Caller SERVICE =
            new Caller("service:internal", java.util.Set.of(), java.util.Set.of(), null, Caller.Kind.INTERNAL);
    private static final List<PublicFiles> PAGES = List.of(new PublicFiles(Set.of(
            "/docs/swagger-ui.css",
            "/docs/favicon-32x32.png",
            "/console/app.js",
            "/console/console.css",
            "/console/icon.svg")));

    /** Supports every bearer token; only one is valid. */
    private static final AuthenticationProvider PROVIDER = new AuthenticationProvider() {
        @Override
        public Authentication authenticate(Authentication authentication) {
            if (!((BearerTokenAuthenticationToken) authentication).getToken().equals("good")) {
                throw new RefusedTokenException("a secret reason");
            }
            return new CallerAuthentication(ALICE);
        }

        @Override
        public boolean supports(Class<?> authentication) {
            return BearerTokenAuthenticationToken.class.isAssignableFrom(authentication);
        }
    };

    private final Chain open = chain("", true, false);
    private final Chain closed = chain("", false, true);
    private final Chain withKeys = chain("old-key, new-key", false, false);

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, localhost:8000,",
        "127.0.0.1, LOCALHOST,",
        "127.9.0.1, 127.0.0.1:8000, http://localhost:3000",
        "0:0:0:0:0:0:0:1, [::1]:8000, http://[::1]:8000",
        "::1,, "
    })
    void withoutAuthenticationCallersOnThisMachineComeIn(String peer, String host, String origin) {
        assertThat(open.admit(from("/v1/models", peer, host, origin))).isEqualTo(new Admission.In(Caller.LOCAL));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1", "192.168.1.5", "2001:db8::1", "1127.0.0.1", ""})
    void callersElsewhereDoNot(String peer) {
        refused(open, from("/v1/models", peer, "localhost", null), 403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8000", "[::2]:80", ""})
    void aNameThatWasReboundToThisMachineDoesNot(String host) {
        refused(open, from("/v1/models", "127.0.0.1", host, null), 403);
        refused(closed, from("/dev/token", "127.0.0.1", host, null), 403);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example", "null", "http://localhost.evil.example", "::"})
    void pagesOfOtherOriginsDoNot(String origin) {
        refused(open, from("/v1/models", "127.0.0.1", "localhost", origin), 403);
        refused(closed, from("/dev/token", "127.0.0.1", "localhost", origin), 403);
    }

    @Test
    void aRefusalSaysNeitherWhatWouldBeLetInNorWhy() {
        assertThat(refused(open, from("/", "10.0.0.1", null, null), 403).getMessage())
                .doesNotContain("10.0.0.1");
        assertThat(refused(closed, knock("/", "Bearer bad"), 401).getMessage()).doesNotContain("secret reason");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/health",
                "/openapi.json",
                "/docs",
                "/docs/swagger-ui.css",
                "/docs/favicon-32x32.png",
                "/console",
                "/console/",
                "/console/app.js",
                "/console/console.css",
                "/console/icon.svg"
            })
    void publicPathsNeedNoCallerUnlessARouteServesThem(String path) {
        Knock knock = from(path, "203.0.113.9", "inference.example", null);
        assertThat(closed.admit(knock)).isEqualTo(new Admission.In(null));
        refused(closed, routed(knock), 401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/v1/models",
                "/nobody",
                "/healthy",
                "/health/",
                "/health;x",
                "/HEALTH",
                "/%68ealth",
                "//health",
                "/docs/other",
                "/console/app.json",
                "/console/x/app.js",
                "/console/../admin/routes.js",
                "/admin/routes",
                "/docs/swagger-ui/../../internal",
                "/actuator/health",
                "/devices",
                "/error",
                ""
            })
    void everythingElseDoes(String path) {
        refused(closed, from(path, "127.0.0.1", "localhost", null), 401);
    }

    @Test
    void noCredentialIsInWhatTheLibraryLogsEvenIfItLogsEverything() {
        Logger library = (Logger) LoggerFactory.getLogger("org.springframework.security");
        Level before = library.getLevel();
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        library.addAppender(lines);
        library.setLevel(Level.TRACE);
        try {
            refused(closed, knock("/v1/models", "Bearer secret-7777"), 401);
            refused(closed, knock("/v1//models", "Bearer secret-7777"), 401);
            refused(withKeys, withApiKeys(knock("/internal/config"), "secret-7777"), 401);
            Chain lets = new Chain("", false, false, new OneCaller(ALICE));
            assertThat(lets.admit(knock("/v1/models", "Bearer secret-7777"))).isEqualTo(new Admission.In(ALICE));
        } finally {
            library.setLevel(before);
            library.detachAppender(lines);
        }
        assertThat(lines.list).isNotEmpty();
        for (ILoggingEvent line : lines.list) {
            String failure =
                    line.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(line.getThrowableProxy());
            assertThat(line.getFormattedMessage() + failure).doesNotContain("7777");
        }
    }

    @Test
    void aRouteThatSaysNothingIsForTheUserGroupsAndNotForCredentialsWithScopes() {
        assertThat(routeLets(new RouteAccess(false, null), Set.of("staff"), Set.of()))
                .isTrue();
        assertThat(routeLets(new RouteAccess(false, null), Set.of("admins"), Set.of()))
                .isTrue();
        assertThat(routeLets(new RouteAccess(false, null), Set.of("guests"), Set.of()))
                .isFalse();
        assertThat(routeLets(new RouteAccess(false, null), Set.of("staff"), Set.of("keys")))
                .isFalse();
    }

    @Test
    void aCredentialWithScopesGetsInIfTheRouteNamesOneOfThem() {
        RouteAccess keys = new RouteAccess(false, "keys");
        assertThat(routeLets(keys, Set.of("staff"), Set.of("chat", "keys"))).isTrue();
        assertThat(routeLets(keys, Set.of("staff"), Set.of())).isTrue();
        assertThat(routeLets(keys, Set.of("staff"), Set.of("chat"))).isFalse();
        assertThat(routeLets(keys, Set.of("guests"), Set.of("keys"))).isFalse();
        assertThat(routeLets(new RouteAccess(true, "keys"), Set.of("guests"), Set.of("chat")))
                .isFalse();
    }

    @Test
    void aRouteThatDecidesItselfIsLeftToDecide() {
        assertThat(routeLets(new RouteAccess(true, null), Set.of("guests"), Set.of("chat")))
                .isTrue();
    }

    /** Whether a caller reaches the route, or is refused. */
    private static boolean routeLets(RouteAccess access, Set<String> groups, Set<String> scopes) {
        Caller caller = new Caller("bob", groups, scopes, null, Caller.Kind.API_KEY);
        Chain chain = new Chain("", false, false, new OneCaller(caller));
        chain.serve(access);
        Admission admission = chain.admit(routed(knock("/keys"), "Bearer any"));
        if (admission instanceof Admission.Refused refused) {
            assertThat(refused.status()).isEqualTo(403);
            return false;
        }
        assertThat(admission).isEqualTo(new Admission.In(caller));
        return true;
    }

    private record OneCaller(Caller caller) implements AuthenticationProvider {
        @Override
        public Authentication authenticate(Authentication authentication) {
            return new CallerAuthentication(caller);
        }

        @Override
        public boolean supports(Class<?> authentication) {
            return BearerTokenAuthenticationToken.class.isAssignableFrom(authentication);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic good", "good", "Bearer", "Bearer ", "Bearer bad", "Bearergood", "Bearer good x"})
    void anythingButOneGoodBearerTokenIsRefused(String header) {
        refused(closed, knock("/v1/models", header), 401);
    }

    @Test
    void aGoodTokenNamesItsCallerAndASecondHeaderSpoilsIt() {
        assertThat(closed.admit(knock("/v1/models", "Bearer good"))).isEqualTo(new Admission.In(ALICE));
        assertThat(closed.admit(knock("/v1/models", "bearer good"))).isEqualTo(new Admission.In(ALICE));
        refused(closed, knock("/v1/models", "Bearer good", "Bearer good"), 401);
    }

    @Test
    void theChallengeSaysWhetherThereWasAToken() {
        assertThat(((Admission.Refused) closed.admit(knock("/"))).challenge()).isEqualTo("Bearer");
        assertThat(((Admission.Refused) closed.admit(knock("/", "Bearer bad"))).challenge())
                .isEqualTo("Bearer error=\"invalid_token\"");
    }

    @Test
    void theEmbeddedIssuerTalksToThisMachineAloneAndNotThroughAProxy() {
        Knock knock = from("/dev/token", "127.0.0.1", "localhost:8000", null);
        assertThat(closed.admit(knock)).isEqualTo(new Admission.In(null));
        refused(closed, forwarded(knock), 403);
        refused(closed, from("/dev/token", "10.0.0.1", "localhost", null), 403);
        refused(withKeys, knock, 401);
    }

    @Test
    void internalPathsAreNotThereWithoutAKeyOrFromElsewhere() {
        refused(closed, knock("/internal/config", "Bearer good"), 404);
        refused(open, knock("/internal/config"), 404);
        refused(withKeys, from("/internal/config", "203.0.113.9", "localhost", null, "Bearer new-key"), 404);
    }

    @Test
    void internalPathsTakeAnyOfTheirKeysAndNoToken() {
        for (String key : List.of("old-key", "new-key")) {
            assertThat(withKeys.admit(knock("/internal/config", "Bearer " + key)))
                    .isEqualTo(new Admission.In(SERVICE));
        }
        refused(withKeys, knock("/internal/config", "Bearer good"), 401);
        refused(withKeys, knock("/internal/config", "Bearer old-key, new-key"), 401);
        refused(withKeys, knock("/internal/config"), 401);
        refused(withKeys, knock("/v1/models", "Bearer new-key"), 401);
    }

    @Test
    void internalPathsTakeTheKeyAsXApiKeyToo() {
        for (String key : List.of("old-key", "new-key", " new-key ")) {
            assertThat(withKeys.admit(withApiKeys(knock("/internal/config"), key)))
                    .as(key)
                    .isEqualTo(new Admission.In(SERVICE));
        }
        for (String key : List.of("", "wrong", "old-key, new-key", "Bearer new-key", "good")) {
            refused(withKeys, withApiKeys(knock("/internal/config"), key), 401);
        }
        refused(withKeys, withApiKeys(knock("/internal/config"), "new-key", "new-key"), 401);
        refused(withKeys, withApiKeys(knock("/internal/config"), "new-key", "old-key"), 401);
        refused(withKeys, withApiKeys(from("/internal/config", "203.0.113.9", "localhost", null), "new-key"), 404);
        refused(closed, withApiKeys(knock("/internal/config"), "new-key"), 404);
    }

    @Test
    void whereBothHeadersComeTheyHaveToSayTheSameKey() {
        assertThat(withKeys.admit(withApiKeys(knock("/internal/config", "Bearer new-key"), "new-key")))
                .isEqualTo(new Admission.In(SERVICE));
        refused(withKeys, withApiKeys(knock("/internal/config", "Bearer new-key"), "wrong"), 401);
        refused(withKeys, withApiKeys(knock("/internal/config", "Bearer wrong"), "new-key"), 401);
        refused(withKeys, withApiKeys(knock("/internal/config", "Bearer old-key"), "new-key"), 401);
        refused(withKeys, withApiKeys(knock("/internal/config", "Bearer good"), "new-key"), 401);
        refused(withKeys, withApiKeys(knock("/internal/config", "Basic bmV3LWtleQ=="), "new-key"), 401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/v1/models", "/api/tags", "/admin/config", "/internals", "/nobody"})
    void anXApiKeyIsNoCredentialElsewhere(String path) {
        for (String key : List.of("new-key", "good")) {
            refused(withKeys, withApiKeys(knock(path), key), 401);
        }
        assertThat(withKeys.admit(withApiKeys(knock("/v1/models", "Bearer good"), "whatever")))
                .isEqualTo(new Admission.In(ALICE));
    }

    @Test
    void aRefusedKeyIsToldHowToComeAndNothingElse() {
        var refused = (Admission.Refused) withKeys.admit(withApiKeys(knock("/internal/config"), "7777"));
        assertThat(refused.challenge()).isEqualTo("Bearer error=\"invalid_token\"");
        assertThat(refused.getMessage()).contains("X-API-Key").doesNotContain("7777");
        assertThat(((Admission.Refused) withKeys.admit(knock("/internal/config"))).challenge())
                .isEqualTo("Bearer");
    }

    private static Knock withApiKeys(Knock k, String... keys) {
        return new Knock(
                k.id(),
                k.method(),
                k.path(),
                k.routed(),
                k.peer(),
                k.host(),
                k.origin(),
                k.authorization(),
                List.of(keys),
                k.forwardedFor(),
                k.forwarded());
    }

    private static Chain chain(String keys, boolean off, boolean embedded) {
        return new Chain(keys, off, embedded, PROVIDER);
    }

    private static Admission.Refused refused(Chain chain, Knock knock, int status) {
        assertThat(chain.admit(knock)).isInstanceOf(Admission.Refused.class);
        Admission.Refused refused = (Admission.Refused) chain.admit(knock);
        assertThat(refused.status()).isEqualTo(status);
        return refused;
    }

    /** Result of a request. */
    private sealed interface Admission {
        /** It passed the chain. */
        record In(Caller caller) implements Admission {}

        record Refused(int status, String challenge, String getMessage) implements Admission {}
    }

    @Test
    void aSignedAddressNeedsNoCallerAndAForgedOneIsForbiddenToAll() {
        Knock signed = from("/v1/images/img_1/content?link=good", "203.0.113.9", "inference.example", null);
        assertThat(closed.admit(signed)).isEqualTo(new Admission.In(null));
        assertThat(closed.admit(routed(signed))).isEqualTo(new Admission.In(null));
        refused(closed, routed(knock("/v1/images/img_1/content?link=bad")), 403);
        refused(closed, routed(knock("/v1/images/img_1/content?link=bad"), "Bearer good"), 403);
        refused(closed, routed(knock("/v1/images/img_1/content?other=good")), 401);
    }

    @Test
    void aServiceWithTheInternalKeyIsInNoGroupAndMayCallInternalRoutesAlone() {
        withKeys.serve(new RouteAccess(false, "image"));
        assertThat(withKeys.admit(routed(knock("/internal/images/a/b.png"), "Bearer new-key")))
                .isEqualTo(new Admission.In(SERVICE));
        refused(withKeys, routed(knock("/internal/images/a/b.png"), "Bearer good"), 401);
        refused(withKeys, routed(knock("/internal/images/a/b.png")), 401);
        refused(withKeys, routed(knock("/v1/images/b/content"), "Bearer new-key"), 401);
    }

    private record Knock(
            String id,
            String method,
            String path,
            boolean routed,
            String peer,
            String host,
            String origin,
            List<String> authorization,
            List<String> apiKeys,
            List<String> forwardedFor,
            boolean forwarded) {
        MockHttpServletRequest request(MockServletContext context) {
            int query = path.indexOf('?');
            MockHttpServletRequest request =
                    new MockHttpServletRequest(context, method, query < 0 ? path : path.substring(0, query));
            request.setQueryString(query < 0 ? null : path.substring(query + 1));
            request.setRemoteAddr(peer);
            add(request, "Host", host);
            add(request, "Origin", origin);
            authorization.forEach(value -> request.addHeader("Authorization", value));
            apiKeys.forEach(value -> request.addHeader("X-API-Key", value));
            add(request, "Via", forwarded ? "1.1 proxy" : null);
            return request;
        }

        private static void add(MockHttpServletRequest request, String name, String value) {
            if (value != null) {
                request.addHeader(name, value);
            }
        }
    }

    /** The REST listener's chain as in the service, with its firewall. */
    private static final class Chain {
        private final TestChain chain;

        Chain(String keys, boolean off, boolean embedded, AuthenticationProvider tokens) {
            this.chain = new TestChain(tokens, keys, off, embedded, PAGES);
        }

        void serve(RouteAccess access) {
            chain.serve(access);
        }

        Admission admit(Knock knock) {
            MockHttpServletResponse response = new MockHttpServletResponse();
            List<Admission> in = new ArrayList<>();
            try {
                chain.send(
                        knock.request(chain.context()),
                        response,
                        knock.routed(),
                        (request, answer) -> in.add(new Admission.In(CallerAuthentication.current())));
                assertThat(CallerAuthentication.current()).isNull();
                assertThat(response.getHeader("X-Request-Id")).isNotBlank();
                assertThat(response.getHeader("X-Content-Type-Options")).isEqualTo("nosniff");
                return in.isEmpty()
                        ? new Admission.Refused(
                                response.getStatus(),
                                response.getHeader("WWW-Authenticate"),
                                response.getContentAsString())
                        : in.getFirst();
            } catch (IOException | ServletException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static Knock knock(String path, String... authorization) {
        return from(path, "127.0.0.1", "localhost", null, authorization);
    }

    private static Knock from(String path, String peer, String host, String origin, String... authorization) {
        return new Knock(
                "id", "GET", path, false, peer, host, origin, List.of(authorization), List.of(), List.of(), false);
    }

    private static Knock routed(Knock k, String... authorization) {
        return new Knock(
                k.id(),
                k.method(),
                k.path(),
                true,
                k.peer(),
                k.host(),
                k.origin(),
                List.of(authorization),
                List.of(),
                List.of(),
                false);
    }

    private static Knock forwarded(Knock k) {
        return new Knock(
                k.id(),
                k.method(),
                k.path(),
                false,
                k.peer(),
                k.host(),
                k.origin(),
                List.of(),
                List.of(),
                List.of(),
                true);
    }
}
