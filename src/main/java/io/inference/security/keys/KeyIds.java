package io.inference.security.keys;

import io.inference.api.error.InferenceException;
import java.util.UUID;

/** Ids of keys in requests. */
final class KeyIds {
    private KeyIds() {}

    /** @param param its name in the request */
    static UUID parse(String param, String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw InferenceException.invalid(param, "'" + param + "' must be the id of an API key");
        }
    }
}
