package io.inference.config;

import java.util.List;
import org.springframework.core.env.PropertyResolver;

/** The two variables of the backend for pictures go together. */
final class ImageRules {
    private static final String NONE = "none";

    private ImageRules() {}

    static List<String> faults(PropertyResolver settings) {
        String backend = text(settings, "image-backend");
        boolean named = !backend.isEmpty() && !backend.equals(NONE);
        boolean addressed = !text(settings, "inference-services-sd-base-url").isEmpty();
        if (named && !addressed) {
            return List.of(
                    "IMAGE_BACKEND=" + backend + " needs INFERENCE_SERVICES_SD_BASE_URL, the address of that server");
        }
        if (addressed && !named) {
            return List.of(
                    "INFERENCE_SERVICES_SD_BASE_URL is of no use without IMAGE_BACKEND, the kind of that server");
        }
        return List.of();
    }

    private static String text(PropertyResolver settings, String key) {
        String given = Settings.given(settings, key);
        return given == null ? "" : given.strip();
    }
}
