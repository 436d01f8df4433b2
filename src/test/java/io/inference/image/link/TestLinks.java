package io.inference.image.link;

import java.time.Duration;
import java.time.InstantSource;

/** Links of a service without a database. */
public final class TestLinks {
    private TestLinks() {}

    /** @param base what comes before the paths of links */
    public static SignedLinks of(String base) {
        return new SignedLinks(
                new MemoryLinkStore(), new LinkSettings(Duration.ofHours(1), base, "/v1"), InstantSource.system());
    }
}
