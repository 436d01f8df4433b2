package io.inference.image.link;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.inference.api.call.Caller;
import io.inference.api.error.InferenceException;
import io.inference.image.ImageIds;
import io.inference.image.ImageLinks;
import io.inference.image.StoredImage;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Links that anybody who has them may read a picture by, until they expire. They end earlier if their owner revokes
 * all links of the picture, if the picture is deleted, or if an operator deletes the secret that signed them. A secret
 * signs for 30 days; then the first replica that needs one makes the next.
 */
public final class SignedLinks implements ImageLinks {
    /** Name of the query parameter that makes an address a link. */
    public static final String PARAMETER = "link";

    private static final Pattern IN_QUERY = Pattern.compile("(?:^|&)" + PARAMETER + "=([^&]*)");
    private static final Duration PERIOD = Duration.ofDays(30);
    private static final int SECRET_BYTES = 32;

    /** How long a replica accepts links of a secret that was deleted. */
    private static final Duration CACHED = Duration.ofMinutes(1);

    /** How long a replica accepts links that were revoked at another one. */
    private static final Duration RECENT = Duration.ofSeconds(1);

    private static final int MOST_RECENT = 1000;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final LinkStore store;
    private final LinkSettings settings;
    private final InstantSource clock;
    private final Pattern path;
    private final Cache<Long, Optional<byte[]>> secrets =
            Caffeine.newBuilder().maximumSize(100).expireAfterWrite(CACHED).build();
    private final Cache<UUID, Optional<LinkStore.Owner>> owners = Caffeine.newBuilder()
            .maximumSize(MOST_RECENT)
            .expireAfterWrite(RECENT)
            .build();

    SignedLinks(LinkStore store, LinkSettings settings, InstantSource clock) {
        this.store = store;
        this.settings = settings;
        this.clock = clock;
        this.path = Pattern.compile(
                "(?:" + Pattern.quote(settings.base()) + ")?" + settings.contentPath("(img_[0-9a-f]{32})"));
    }

    /**
     * A link and when it expires.
     *
     * @param url absolute if PUBLIC_URL is set, otherwise a path
     */
    public record Link(String url, Instant expiresAt) {}

    @Override
    public String link(StoredImage image) {
        return make(image).url();
    }

    /** A link for a picture. */
    public Link make(StoredImage image) {
        Instant now = clock.instant();
        Instant expiry = now.plus(settings.lifetime());
        long period = period(now.getEpochSecond());
        Optional<byte[]> known = secrets.getIfPresent(period);
        byte[] secret = known != null && known.isPresent() ? known.get() : newSecret(period);
        LinkToken token = LinkToken.sign(image.id(), expiry, store.version(uuid(image.id())), period, secret);
        return new Link(
                settings.base() + settings.contentPath(image.id()) + "?" + PARAMETER + "=" + token,
                Instant.ofEpochSecond(token.expiresAt()));
    }

    private byte[] newSecret(long period) {
        byte[] fresh = new byte[SECRET_BYTES];
        RANDOM.nextBytes(fresh);
        byte[] agreed = store.secretOrNew(period, fresh, period - periodsOfLifetime());
        secrets.put(period, Optional.of(agreed));
        return agreed;
    }

    private static long period(long seconds) {
        return seconds / PERIOD.toSeconds();
    }

    /** How many periods before the current one may have signed a link that is still valid. */
    private long periodsOfLifetime() {
        return settings.lifetime().toSeconds() / PERIOD.toSeconds() + 1;
    }

    /** The id of the picture that an address of this service names, with or without a link's signature. */
    public Optional<String> imageId(String url) {
        int query = url.indexOf('?');
        Matcher known = path.matcher(query < 0 ? url : url.substring(0, query));
        return known.matches() ? Optional.of(known.group(1)) : Optional.empty();
    }

    /** The signature in the query of a content path; empty if the request is no use of a link. */
    public Optional<String> token(String requestPath, String query) {
        Matcher link = IN_QUERY.matcher(query);
        return path.matcher(requestPath).matches() && link.find() ? Optional.of(link.group(1)) : Optional.empty();
    }

    /**
     * Whether a signature is a valid one for a picture and has not expired; revocations are not looked at.
     *
     * @throws InferenceException with {@code UNAVAILABLE} if the secret is not known while the database is unavailable
     */
    public boolean isValid(String imageId, String token) {
        return valid(imageId, token).isPresent();
    }

    /**
     * The owner of the picture that a link gives access to.
     *
     * @throws InferenceException with {@code NOT_FOUND} if the link is not valid, whatever the reason
     */
    public Caller owner(String imageId, String token) {
        return valid(imageId, token)
                .flatMap(link ->
                        owners.get(uuid(imageId), store::owner).filter(owner -> owner.version() == link.version()))
                .map(LinkStore.Owner::caller)
                .orElseThrow(() -> InferenceException.noSuch("image"));
    }

    private Optional<LinkToken> valid(String imageId, String token) {
        return LinkToken.read(token)
                .filter(link -> clock.instant().getEpochSecond() < link.expiresAt())
                .filter(link -> isSigned(imageId, link));
    }

    private boolean isSigned(String imageId, LinkToken link) {
        long now = period(clock.instant().getEpochSecond());
        if (link.period() > now || link.period() < now - periodsOfLifetime()) {
            return false;
        }
        Optional<byte[]> secret = secrets.get(link.period(), store::secret);
        return secret != null && secret.isPresent() && link.isSignedFor(imageId, secret.get());
    }

    /** Ends all links of a picture that have been given out. */
    public void revoke(StoredImage image) {
        store.revoke(uuid(image.id()));
        owners.invalidate(uuid(image.id()));
    }

    private static UUID uuid(String id) {
        return ImageIds.read(id).orElseThrow(() -> InferenceException.noSuch("image"));
    }
}
