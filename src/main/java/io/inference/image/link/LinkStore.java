package io.inference.image.link;

import io.inference.api.call.Caller;
import java.util.Optional;
import java.util.UUID;

/** What all replicas have to agree on: the secrets that sign links, and which links have been revoked. */
interface LinkStore {
    /** Empty if no replica has signed in that period, or its secret was deleted. */
    Optional<byte[]> secret(long period);

    /**
     * The secret of a period.
     *
     * @param fresh becomes its secret if it has none
     * @param oldest the first period whose secret is kept
     */
    byte[] secretOrNew(long period, byte[] fresh, long oldest);

    /** How often the links of a picture have been revoked. */
    int version(UUID image);

    /** The owner of a picture and the version of its links; empty if there is no such picture. */
    Optional<Owner> owner(UUID image);

    /**
     * Who gives links.
     *
     * @param caller with no rights but an owner's
     * @param version of the links that are valid
     */
    record Owner(Caller caller, int version) {}

    /** Ends the links of all versions that there are. */
    void revoke(UUID image);
}
