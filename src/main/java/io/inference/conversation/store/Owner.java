package io.inference.conversation.store;

import io.inference.api.call.Caller;
import io.inference.wire.Sha256;
import java.util.HexFormat;
import java.util.Map;

/**
 * Whom a conversation belongs to, as rows hold it.
 *
 * @param tenant empty for none
 */
public record Owner(String subject, String tenant) {
    private static final int WORD_BYTES = 16;

    public static Owner of(Caller caller) {
        return new Owner(caller.subject(), caller.tenantOrEmpty());
    }

    /**
     * The word that stands for the owner in search indexes. It begins with characters that PostgreSQL's parser never
     * has in a word, so that no text contains it.
     */
    String word() {
        byte[] hash = Sha256.of(tenant.length() + ":" + tenant + subject);
        return "@ " + HexFormat.of().formatHex(hash, 0, WORD_BYTES);
    }

    Map<String, String> parameters() {
        return Map.of("owner", subject, "tenant", tenant);
    }
}
