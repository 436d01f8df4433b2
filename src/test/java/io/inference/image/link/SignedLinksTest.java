package io.inference.image.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.inference.api.call.Caller;
import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;
import io.inference.image.ImageIds;
import io.inference.image.ImageKind;
import io.inference.image.StoredImage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SignedLinksTest {
    private static final UUID UUID_OF_IMAGE = new UUID(1, 2);
    private static final StoredImage IMAGE = image(UUID_OF_IMAGE);
    private static final Caller ALICE = new Caller("alice", Set.of(), Set.of(), null, Caller.Kind.USER);
    private static final String PATH = "/v1/images/" + IMAGE.id() + "/content";

    private final MemoryLinkStore store = new MemoryLinkStore();
    private Instant now = Instant.parse("2026-11-28T12:00:00Z");
    private final SignedLinks links = links("");

    private SignedLinks links(String base) {
        return new SignedLinks(store, new LinkSettings(Duration.ofHours(1), base, "/v1"), () -> now);
    }

    @BeforeEach
    void aliceHasAPicture() {
        store.owners.put(UUID_OF_IMAGE, ALICE);
    }

    @Test
    void aLinkGivesAccessAtAnyReplicaUntilItExpires() {
        String token = token(links.link(IMAGE));
        SignedLinks other = links("");
        assertThat(other.isValid(IMAGE.id(), token)).isTrue();
        assertThat(other.owner(IMAGE.id(), token)).isEqualTo(ALICE);
        now = now.plus(Duration.ofMinutes(59));
        assertThat(links.isValid(IMAGE.id(), token)).isTrue();
        now = now.plus(Duration.ofMinutes(1));
        assertThat(links.isValid(IMAGE.id(), token)).isFalse();
        assertNotFound(token);
    }

    @Test
    void nothingOfALinkCanBeChanged() {
        String token = token(links.link(IMAGE));
        String[] parts = token.split("\\.");
        for (String forged : List.of(
                Long.parseLong(parts[0]) + 1 + "." + parts[1] + "." + parts[2] + "." + parts[3],
                parts[0] + ".1." + parts[2] + "." + parts[3],
                parts[0] + "." + parts[1] + "." + (Long.parseLong(parts[2]) - 1) + "." + parts[3],
                parts[0] + "." + parts[1] + "." + parts[2] + "." + "A".repeat(43),
                parts[0] + "." + parts[1] + "." + parts[2] + "." + parts[3].substring(1),
                token + ".0",
                "0" + token,
                token.replace('.', ','),
                "",
                "....",
                "9".repeat(100) + ".0.0." + parts[3])) {
            assertThat(links.isValid(IMAGE.id(), forged)).as(forged).isFalse();
        }
        assertThat(links.isValid(ImageIds.of(new UUID(1, 3)), token)).isFalse();
    }

    @Test
    void revokingEndsTheLinksThatWereGivenOutAndNoLaterOne() {
        String before = token(links.link(IMAGE));
        assertThat(links.owner(IMAGE.id(), before)).isEqualTo(ALICE);
        SignedLinks otherReplica = links("");
        assertThat(otherReplica.owner(IMAGE.id(), before)).isEqualTo(ALICE);
        links.revoke(IMAGE);
        assertNotFound(before);
        assertThat(links.owner(IMAGE.id(), token(links.link(IMAGE)))).isEqualTo(ALICE);
        await().untilAsserted(() -> assertThatThrownBy(() -> otherReplica.owner(IMAGE.id(), before))
                .isInstanceOf(InferenceException.class));
    }

    @Test
    void theLinkOfADeletedPictureIsLikeAForgedOne() {
        String token = token(links.link(IMAGE));
        store.owners.clear();
        assertNotFound(token);
    }

    @Test
    void linksOutliveThePeriodOfTheirSecretAndSecretsDoNotOutliveThem() {
        long period = now.getEpochSecond() / Duration.ofDays(30).toSeconds();
        now = Instant.ofEpochSecond((period + 1) * Duration.ofDays(30).toSeconds() - 60);
        String token = token(links.link(IMAGE));
        now = now.plusSeconds(120);
        assertThat(links("").isValid(IMAGE.id(), token)).isTrue();
        assertThat(token(links.link(IMAGE)).split("\\.")[2]).isEqualTo(Long.toString(period + 1));
        now = now.plus(Duration.ofDays(60));
        links.link(IMAGE);
        assertThat(store.secrets).hasSize(1);
    }

    @Test
    void aDeletedSecretEndsItsLinks() {
        String token = token(links.link(IMAGE));
        store.secrets.clear();
        assertThat(links("").isValid(IMAGE.id(), token)).isFalse();
    }

    @Test
    void ownAddressesAreKnownAndNoOthers() {
        SignedLinks known = links("https://images.example");
        assertThat(known.link(IMAGE)).startsWith("https://images.example" + PATH + "?link=");
        assertThat(known.imageId("https://images.example" + PATH + "?link=x")).contains(IMAGE.id());
        assertThat(known.imageId(PATH)).contains(IMAGE.id());
        for (String other : List.of(
                "https://other.example" + PATH,
                "https://images.example.evil" + PATH,
                "https://images.example/x" + PATH,
                PATH + "/x",
                PATH.replace("img_", "img_0"),
                "//images.example" + PATH)) {
            assertThat(known.imageId(other)).as(other).isEmpty();
        }
    }

    @Test
    void onlyAContentPathWithALinkIsTheUseOfOne() {
        assertThat(links.token(PATH, "link=x")).contains("x");
        assertThat(links.token(PATH, "width=64&link=x")).contains("x");
        assertThat(links.token(PATH, "width=64")).isEmpty();
        assertThat(links.token(PATH, "blink=x")).isEmpty();
        assertThat(links.token("/v1/images/" + IMAGE.id(), "link=x")).isEmpty();
        assertThat(links.token("/v1/models", "link=x")).isEmpty();
        assertThat(links.token(PATH.replace("/v1/", "/v1/../v1/"), "link=x")).isEmpty();
    }

    private void assertNotFound(String token) {
        assertThatThrownBy(() -> links.owner(IMAGE.id(), token))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
    }

    private static String token(String link) {
        return link.substring(link.indexOf("link=") + "link=".length());
    }

    private static StoredImage image(UUID id) {
        return new StoredImage(
                ImageIds.of(id),
                "alice",
                null,
                ImageKind.UPLOADED,
                "image/png",
                1,
                1,
                1,
                "00",
                "file",
                null,
                null,
                null,
                Instant.EPOCH,
                null,
                "request",
                null);
    }
}
