package io.inference.security.network;

import io.inference.api.call.Caller;
import io.inference.security.CallDetails;
import io.inference.wire.Sha256;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;

/** Who may use the internal endpoints: whoever has a key and comes from an address that may. Without a key there are none. */
public final class InternalAccess {
    static final Caller CALLER =
            new Caller("service:internal", java.util.Set.of(), java.util.Set.of(), null, Caller.Kind.INTERNAL);

    /** Digests, so that neither the keys nor their lengths are to be had from memory or from timing. */
    private final List<byte[]> keys = new ArrayList<>();

    private final List<Network> allowed;
    private final Peers peers;

    /**
     * @param keys separated by commas, all accepted at once so that they can be changed one after the other; blank for none
     * @param allowed address blocks, separated by commas
     * @param proxies address blocks whose X-Forwarded-For is believed
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

    /** Looks at every key, whichever fits, so that the time tells nothing. */
    boolean isKey(String key) {
        byte[] digest = Sha256.of(key);
        boolean found = false;
        for (byte[] known : keys) {
            found |= MessageDigest.isEqual(known, digest);
        }
        return found;
    }
}
