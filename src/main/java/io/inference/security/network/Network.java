package io.inference.security.network;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** A block of addresses, IPv4 or IPv6, such as {@code 10.0.0.0/8} or {@code ::1/128}. */
record Network(InetAddress base, int prefixBits) {
    /**
     * @param text blocks or single addresses, separated by commas; may be blank
     * @throws IllegalArgumentException for anything else; names are never resolved
     */
    static List<Network> list(String text) {
        List<Network> networks = new ArrayList<>();
        for (String part : text.split(",")) {
            if (!part.isBlank()) {
                networks.add(parse(part.strip()));
            }
        }
        return List.copyOf(networks);
    }

    /** @throws IllegalArgumentException for anything but a complete address: {@code 10.1} is refused */
    static InetAddress literal(String text) {
        if (text.indexOf(':') < 0 && text.chars().filter(c -> c == '.').count() != 3) {
            throw new IllegalArgumentException("not an address");
        }
        return InetAddress.ofLiteral(text);
    }

    private static Network parse(String text) {
        int slash = text.indexOf('/');
        InetAddress base = literal(slash < 0 ? text : text.substring(0, slash));
        int bits = base.getAddress().length * 8;
        int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
        if (prefix < 0 || prefix > bits) {
            throw new IllegalArgumentException("prefix out of range");
        }
        return new Network(base, prefix);
    }

    boolean contains(InetAddress address) {
        byte[] mine = base.getAddress();
        byte[] theirs = address.getAddress();
        if (mine.length != theirs.length) {
            return false;
        }
        int whole = prefixBits / 8;
        for (int i = 0; i < whole; i++) {
            if (mine[i] != theirs[i]) {
                return false;
            }
        }
        int rest = prefixBits % 8;
        return rest == 0 || (mine[whole] ^ theirs[whole]) >> (8 - rest) == 0;
    }
}
