package io.inference.security.keys;

import io.inference.api.error.InferenceException;
import java.util.UUID;

/** Ids of keys as callers write them. */
final class KeyIds {
    private KeyIds() {}

    /** @param param what the caller calls it */
    static UUID parse(String param, String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw InferenceException.invalid(param, "'" + param + "' must be the id of an API key");
        }
    }
}
