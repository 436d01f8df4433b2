package io.inference.security.keys;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import io.inference.api.call.Caller;
import io.inference.api.error.InferenceException;
import io.inference.database.Database;
import io.inference.security.BearerTokens;
import io.inference.security.CallerAuthentication;
import io.inference.security.GroupNames;
import io.inference.security.RefusedCallException;
import io.inference.security.RefusedTokenException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.annotation.Order;
import org.springframework.security.authentication.AuthenticationProvider;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;

/**
 * Makes, lists and revokes API keys, and authenticates by them. The result of a look-up is cached for seconds: a
 * revocation takes effect here at once and at other replicas within {@link #LONGEST_KEPT}.
 */
@Order(0)
class ApiKeys implements AuthenticationProvider {
    static final Duration LONGEST_KEPT = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(ApiKeys.class);
    private static final Duration FRESH = Duration.ofSeconds(2);
    private static final Duration USE_NOTED_EVERY = Duration.ofMinutes(1);
    private static final int MOST_KEPT = 10_000;
    private static final String BOOTSTRAP_SUBJECT = "bootstrap";

    private final ApiKeyStore store;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final LoadingCache<String, Found> found;
    private final byte @Nullable [] bootstrapHash;
    private final CallerAuthentication bootstrapCaller;
    private final GroupNames adminGroups;

    /** Result of a look-up by hash: a key and its caller, or nothing. */
    private record Found(@Nullable ApiKey key, @Nullable CallerAuthentication caller, AtomicBoolean useNoted) {}

    /**
     * @param bootstrapKey the key of the first admin; null for none
     * @param adminGroups groups of this key's holder, separated by commas
     */
    public ApiKeys(Database database, InstantSource clock, @Nullable String bootstrapKey, String adminGroups) {
        this.store = new ApiKeyStore(database);
        this.clock = clock;
        this.bootstrapHash = bootstrapKey == null ? null : KeyText.hash(bootstrapKey);
        this.adminGroups = GroupNames.parse(adminGroups);
        this.bootstrapCaller = authenticated(
                new Caller(BOOTSTRAP_SUBJECT, this.adminGroups.names(), Set.of(), null, Caller.Kind.API_KEY));
        this.found = Caffeine.newBuilder()
                .maximumSize(MOST_KEPT)
                .refreshAfterWrite(FRESH)
                .expireAfterWrite(LONGEST_KEPT)
                .executor(Thread::startVirtualThread)
                .build(this::load);
    }

    private CallerAuthentication authenticated(Caller caller) {
        return new CallerAuthentication(adminGroups.asAdmin(caller));
    }

    @Override
    public boolean supports(Class<?> authentication) {
        return BearerTokenAuthenticationToken.class.isAssignableFrom(authentication);
    }

    /** @throws RefusedCallException if a key has to be looked up and the database is unavailable */
    @Override
    public @Nullable Authentication authenticate(Authentication authentication) {
        String token = ((BearerTokenAuthenticationToken) authentication).getToken();
        if (BearerTokens.kind(token) != BearerTokens.Kind.API_KEY) {
            return null;
        }
        try {
            return verified(token);
        } catch (InferenceException e) {
            throw new RefusedCallException(e);
        }
    }

    private CallerAuthentication verified(String token) {
        byte[] hash = KeyText.hash(token);
        if (bootstrapHash != null && MessageDigest.isEqual(hash, bootstrapHash)) {
            return bootstrapCaller;
        }
        if (!KeyText.hasForm(token)) {
            throw new RefusedTokenException("not the form of an API key");
        }
        Found known = found.get(HexFormat.of().formatHex(hash));
        ApiKey key = known.key();
        CallerAuthentication caller = known.caller();
        if (key == null || caller == null) {
            throw new RefusedTokenException("an unknown API key");
        }
        Instant now = clock.instant();
        if (key.revokedAt() != null) {
            throw new RefusedTokenException("the API key " + key.id() + " is revoked");
        }
        if (key.expiresAt() != null && !now.isBefore(key.expiresAt())) {
            throw new RefusedTokenException("the API key " + key.id() + " has expired");
        }
        boolean stale = key.lastUsedAt() == null || now.isAfter(key.lastUsedAt().plus(USE_NOTED_EVERY));
        if (stale && known.useNoted().compareAndSet(false, true)) {
            Thread unused = Thread.startVirtualThread(() -> noteUse(key.id()));
        }
        return caller;
    }

    MadeApiKey make(NewApiKey wanted, Caller admin) {
        Instant expiresAt = wanted.expiresAt();
        if (expiresAt != null && !expiresAt.isAfter(clock.instant())) {
            throw InferenceException.invalid("expires_at", "'expires_at' must be in the future");
        }
        String text = KeyText.make(random);
        String owner = wanted.owner() == null ? admin.subject() : wanted.owner();
        ApiKey key = store.insert(
                UUID.randomUUID(),
                KeyText.hash(text),
                text.substring(0, KeyText.PREFIX_LENGTH),
                wanted,
                owner,
                admin.subject());
        return new MadeApiKey(key, text);
    }

    ApiKeyPage list(@Nullable UUID after, int most) {
        List<ApiKey> keys = store.list(after, most + 1);
        return new ApiKeyPage(keys.subList(0, Math.min(most, keys.size())), keys.size() > most);
    }

    /** @throws InferenceException with {@code NOT_FOUND} if there is no key of that id */
    ApiKey revoke(UUID id) {
        ApiKey revoked = store.revoke(id).orElseThrow(() -> InferenceException.noSuch("API key"));
        found.asMap()
                .values()
                .removeIf(known -> known.key() != null && id.equals(known.key().id()));
        return revoked;
    }

    private Found load(String hash) {
        ApiKey key = store.find(HexFormat.of().parseHex(hash)).orElse(null);
        CallerAuthentication caller = key == null
                ? null
                : authenticated(new Caller(key.owner(), key.groups(), key.scopes(), null, Caller.Kind.API_KEY));
        return new Found(key, caller, new AtomicBoolean());
    }

    private void noteUse(UUID id) {
        try {
            store.noteUse(id);
        } catch (InferenceException e) {
            log.debug("the use of the API key {} is not noted: {}", id, e.getMessage());
        }
    }
}
