package io.inference.backend;

import io.inference.api.backend.Backend;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Makes backends of one kind; one bean for each kind. */
public interface BackendFactory {
    BackendKind kind();

    /**
     * A backend for one replica of an entry; connects to nothing yet. If it is {@link AutoCloseable}, the caller closes
     * it.
     *
     * @param url one of the entry's; null for a kind without servers
     * @param secrets where to find the entry's secrets
     * @throws IllegalArgumentException if the entry cannot be used, such as a file of certificates that cannot be read;
     *     the message is for operators
     */
    Backend create(BackendEntry entry, @Nullable URI url, EntrySecrets secrets);
}
