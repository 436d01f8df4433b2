package io.inference.security.keys;

/**
 * A key that has just been made.
 *
 * @param text the key itself, which nobody can see again
 */
public record MadeApiKey(ApiKey key, String text) {
    @Override
    public String toString() {
        return "MadeApiKey[" + key + "]";
    }
}
