package io.inference.security.network;

import io.inference.api.call.Caller;
import io.inference.security.CallDetails;
import io.inference.wire.Sha256;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * Access to the internal endpoints: for callers with a key and an allowed address. Without a configured key the
 * endpoints do not exist.
 */
public final class InternalAccess {
    static final Caller CALLER =
            new Caller("service:internal", java.util.Set.of(), java.util.Set.of(), null, Caller.Kind.INTERNAL);

    /** Digests, so that neither memory nor timing reveals the keys or their lengths. */
    private final List<byte[]> keys = new ArrayList<>();

    private final List<Network> allowed;
    private final Peers peers;

    /**
     * @param keys separated by commas, all accepted at the same time so that they can be rotated; blank for none
     * @param allowed address blocks, separated by commas
     * @param proxies address blocks whose X-Forwarded-For is trusted
     */
    public InternalAccess(String keys, String allowed, String proxies) {
        for (String key : keys.split(",")) {
            if (!key.isBlank()) {
                this.keys.add(Sha256.of(key.strip()));
            }
        }
        this.allowed = Network.list(allowed);
        this.peers = new Peers(Network.list(proxies));
    }

    /** Whether the internal endpoints exist at all. */
    boolean exists() {
        return !keys.isEmpty();
    }

    boolean mayComeFrom(CallDetails call) {
        return peers.of(call.peer(), call.forwardedFor())
                .filter(address -> allowed.stream().anyMatch(network -> network.contains(address)))
                .isPresent();
    }

    /** Compares with every key, even after a match, so that the time reveals nothing. */
    boolean isKey(String key) {
        byte[] digest = Sha256.of(key);
        boolean found = false;
        for (byte[] known : keys) {
            found |= MessageDigest.isEqual(known, digest);
        }
        return found;
    }
}
