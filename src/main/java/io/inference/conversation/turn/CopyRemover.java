package io.inference.conversation.turn;

import java.util.Collection;
import java.util.UUID;

/** Removes what is kept of conversations outside of the database. */
public interface CopyRemover {
    /**
     * Called after conversations, or messages of them, were deleted or encrypted again. Does not fail: what cannot be
     * removed now is removed later.
     */
    void remove(Collection<UUID> conversations);
}
