package io.inference.image.link;

import io.inference.config.Settings;
import java.time.Duration;

/**
 * The settings of links.
 *
 * @param lifetime how long a link is valid
 * @param base what comes before the path of a link, such as {@code https://host}; empty: links are paths
 * @param apiPrefix prefix of the API's paths, such as {@code /v1}
 */
public record LinkSettings(Duration lifetime, String base, String apiPrefix) {
    static LinkSettings of(Settings settings) {
        return new LinkSettings(
                settings.time("image-link-ttl"),
                settings.optionalText("public-url").orElse("").replaceAll("/+$", ""),
                "/" + settings.text("api-version"));
    }

    /** The path of a picture's content. */
    String contentPath(String id) {
        return apiPrefix + "/images/" + id + "/content";
    }
}
