package io.inference.conversation;

import io.inference.api.error.ErrorCode;
import io.inference.api.error.InferenceException;

/** A conversation, or one of its messages, cannot be decrypted. It concerns no other conversation. */
public final class UnreadableException extends InferenceException {
    private static final long serialVersionUID = 1L;

    private final String key;

    private UnreadableException(ErrorCode code, String message, String key) {
        super(code, message);
        this.key = key;
    }

    /** @param key id of the key that is missing */
    public static UnreadableException noKey(String key) {
        return new UnreadableException(
                ErrorCode.UNAVAILABLE,
                "the conversation is encrypted with a key that ENCRYPTION_KEY does not hold",
                key);
    }

    /** A text that was changed, or was stored in another place. */
    public static UnreadableException changed() {
        return new UnreadableException(ErrorCode.INTERNAL, "a part of the conversation cannot be decrypted", "");
    }

    /** Id of the key that is missing; empty if none is. */
    public String key() {
        return key;
    }
}
