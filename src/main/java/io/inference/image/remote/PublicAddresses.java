package io.inference.image.remote;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * Which addresses are on the public internet: global unicast of the special-purpose registries (RFC 6890), and neither
 * this machine's nor a cloud's metadata service.
 */
final class PublicAddresses {
    private static final List<Prefix> PRIVATE_V4 = prefixes(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            // Azure's metadata service, at an address that looks public.
            "168.63.129.16/32",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3");

    private static final Prefix GLOBAL_V6 = Prefix.of("2000::/3");

    /** Protocol assignments (Teredo among them), documentation, and 6to4, which holds an IPv4 address. */
    private static final List<Prefix> PRIVATE_V6 = prefixes("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

    /** An IPv4 address behind a translator (NAT64, RFC 6052). */
    private static final Prefix TRANSLATED = Prefix.of("64:ff9b::/96");

    private PublicAddresses() {}

    static boolean isPublic(InetAddress address) {
        return isPublic(address.getAddress()) && !isOwn(address);
    }

    private static boolean isPublic(byte[] address) {
        if (address.length == 4) {
            return PRIVATE_V4.stream().noneMatch(prefix -> prefix.contains(address));
        }
        if (TRANSLATED.contains(address)) {
            return isPublic(Arrays.copyOfRange(address, 12, 16));
        }
        return GLOBAL_V6.contains(address) && PRIVATE_V6.stream().noneMatch(prefix -> prefix.contains(address));
    }

    private static boolean isOwn(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return true;
        }
    }

    private static List<Prefix> prefixes(String... texts) {
        return Arrays.stream(texts).map(Prefix::of).toList();
    }

    private record Prefix(BigInteger address, int length, int bits) {
        static Prefix of(String text) {
            int slash = text.indexOf('/');
            try {
                // A literal, so that no name is looked up.
                byte[] address = InetAddress.getByName(text.substring(0, slash)).getAddress();
                return new Prefix(
                        new BigInteger(1, address), address.length, Integer.parseInt(text.substring(slash + 1)));
            } catch (UnknownHostException e) {
                throw new IllegalArgumentException(text, e);
            }
        }

        boolean contains(byte[] other) {
            return other.length == length
                    && new BigInteger(1, other).xor(address).bitLength() <= Byte.SIZE * length - bits;
        }
    }
}
