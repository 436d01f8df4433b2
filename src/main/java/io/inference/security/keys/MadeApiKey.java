package io.inference.security.keys;

/**
 * A new key.
 *
 * @param text the key itself, which is shown only once
 */
public record MadeApiKey(ApiKey key, String text) {
    @Override
    public String toString() {
        return "MadeApiKey[" + key + "]";
    }
}
