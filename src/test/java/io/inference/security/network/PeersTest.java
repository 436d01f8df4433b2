package io.inference.security.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeersTest {
    private final Peers peers = new Peers(Network.list("10.0.0.0/8, 2001:db8::/33"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "203.0.113.9 | 127.0.0.1 | 203.0.113.9",
                "10.1.1.1 | 192.0.2.7 | 192.0.2.7",
                "10.1.1.1 | 127.0.0.1, 192.0.2.7 | 192.0.2.7",
                "10.1.1.1 | 192.0.2.7, 10.2.2.2 | 192.0.2.7",
                "2001:db8::1 | 2001:db8:8000::1 | 2001:db8:8000:0:0:0:0:1",
                "::ffff:10.1.1.1 | 192.0.2.7 | 192.0.2.7",
                "10.1.1.1 | 10.2.2.2 | 10.2.2.2",
            })
    void theHeaderIsReadFromTheRightAsFarAsProxiesAreTrusted(String peer, String header, String address) {
        assertThat(peers.of(peer, List.of(header)).orElseThrow().getHostAddress())
                .isEqualTo(address);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.1.1.1 | ",
                "10.1.1.1 | 127.0.0.1,",
                "10.1.1.1 | localhost",
                "10.1.1.1 | 1.2.3",
                "nobody | 1.2.3.4"
            })
    void whatIsNoAddressIsNobody(String peer, String header) {
        List<String> headers = header == null ? List.of("") : List.of(header);
        assertThat(peers.of(peer, headers)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "192.168.4.0/22, 192.168.7.255, true",
        "192.168.4.0/22, 192.168.8.0, false",
        "0.0.0.0/0, 203.0.113.9, true",
        "0.0.0.0/0, ::1, false",
        "::/0, 2001:db8::1, true",
        "::1, ::1, true",
        "127.0.0.1, 127.0.0.2, false"
    })
    void blocksHoldTheirAddressesAlone(String block, String address, boolean holds) {
        assertThat(Network.list(block).getFirst().contains(java.net.InetAddress.ofLiteral(address)))
                .isEqualTo(holds);
    }
}
