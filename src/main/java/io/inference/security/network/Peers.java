package io.inference.security.network;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds the address of the caller behind trusted proxies. */
final class Peers {
    private final List<Network> proxies;

    /** @param proxies whose X-Forwarded-For is trusted */
    Peers(List<Network> proxies) {
        this.proxies = List.copyOf(proxies);
    }

    /**
     * Reads X-Forwarded-For from the right, where the nearest proxy wrote, as long as the writer is trusted; anything
     * further left may be forged. Empty if an address cannot be read: no access is given for it.
     */
    Optional<InetAddress> of(String peer, List<String> forwardedFor) {
        Optional<InetAddress> address = literal(peer);
        List<String> hops = new ArrayList<>();
        forwardedFor.forEach(header -> hops.addAll(List.of(header.split(",", -1))));
        for (int i = hops.size() - 1; i >= 0 && address.filter(this::isProxy).isPresent(); i--) {
            address = literal(hops.get(i));
        }
        return address;
    }

    private boolean isProxy(InetAddress address) {
        return proxies.stream().anyMatch(network -> network.contains(address));
    }

    private static Optional<InetAddress> literal(String text) {
        String address = text.strip();
        int zone = address.indexOf('%');
        try {
            return Optional.of(Network.literal(zone < 0 ? address : address.substring(0, zone)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
