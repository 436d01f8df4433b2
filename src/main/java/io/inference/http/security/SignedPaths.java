package io.inference.http.security;

import org.jspecify.annotations.Nullable;

/** Addresses that prove themselves that their users may read there. */
public interface SignedPaths {
    /** What an address proves. */
    enum Proof {
        /** It is no such address: a caller is needed, as everywhere. */
        NONE,
        /** It is not signed by this service, or has expired. */
        INVALID,
        VALID
    }

    /**
     * @param path undecoded
     * @param query undecoded; null for none
     * @throws io.inference.api.error.InferenceException if it cannot be checked now
     */
    Proof proof(String path, @Nullable String query);
}
