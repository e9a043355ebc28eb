package failover.protocol.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
    @ParameterizedTest
    @CsvSource({"10.0.0.5,10.0.0.5,true", "10.0.0.5,10.0.0.6,false", "10.0.0.5,::ffff:10.0.0.5,true", "::ffff:10.0.0.5,10.0.0.5,true",
            "10.0.0.0/24,10.0.0.255,true", "10.0.0.0/24,10.0.1.0,false", "10.0.0.0/23,10.0.1.7,true", "10.0.0.0/9,10.128.0.1,false",
            "0.0.0.0/0,1.2.3.4,true", "0.0.0.0/0,2001:db8::1,false", "2001:db8::/48,2001:DB8:0:ffff::1,true",
            "2001:db8::/48,2001:db8:1::,false",
            "2001:db8:0:0:0:0:0:1,2001:db8::1,true", "::1,0:0:0:0:0:0:0:1,true", "::ffff:10.0.0.0/120,10.0.0.9,true",
            "fe80::/10,fe80::1%eth0,true", "10.0.0.5,localhost,false", "10.0.0.5,'',false"})
    void om17AddressesAreComparedAsNumbers(String allowed, String caller, boolean expected) {
        assertEquals(expected, IpAllowList.of(List.of("192.0.2.1", allowed)).allows(caller));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "10.0.0", "10.0.0.256", "10.0.0.1/33", "10.0.0.1/", "10.0.0.1/-1",
            "::1/129", "::ffff:1.2.3.4/24", "1.2.3.4:80", "010.0.0.1"})
    void whatIsNoAddressIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> IpAllowList.of(List.of(text)));
    }

    @Test
    void anEmptyListAllowsEverybody() {
        assertTrue(IpAllowList.of(List.of()).allows("1.2.3.4"));
        assertTrue(IpAllowList.of(List.of()).isOpen());
    }

    @Test
    void listenAddressesAreReadAsGoReadsThem() {
        assertEquals(new HostPort("", 8080), HostPort.parse(":8080"));
        assertEquals("::", HostPort.parse(":8080").bindHost());
        assertEquals(new HostPort("::1", 80), HostPort.parse("[::1]:80"));
        assertEquals("[::1]:80", HostPort.parse("[::1]:80").toString());
        assertEquals("127.0.0.1", HostPort.parse(":1").connectHost());
        for (String bad : List.of("8080", "a", ":x", ":65536", "::1:80", "[x]:1", "http://a:1", "")) {
            assertThrows(IllegalArgumentException.class, () -> HostPort.parse(bad), bad);
        }
    }

    @Test
    void anEndpointLosesOneTrailingSlashAndPrintsNoKey() {
        assertEquals("/status", Endpoint.parse("http://a:8080/").target("/status"));
        assertEquals("http://a:8080", Endpoint.parse("http://a:8080/").toString());
        assertEquals("/v2/K?key=S", Endpoint.parse("https://u:p@rpc.example/v2/K?key=S").target(""));
        assertEquals(443, Endpoint.parse("https://rpc.example").port());
        assertEquals("::1", Endpoint.parse("http://[::1]:8080").host());
        assertEquals("https://***@rpc.example/v2/***?***",
                Endpoint.parse("https://u:p@rpc.example/v2/0123456789abcdef?key=S").toString());
        assertTrue(Endpoint.parse("http://A").sameServer(Endpoint.parse("http://a:80/")));
        assertFalse(Endpoint.parse("http://a").sameServer(Endpoint.parse("https://a")));
        for (String bad : List.of("", "a:8080", "ftp://a", "http://", "http://a b", "http://a:99999", "http://a:0", "http://a#x",
                "http:///x")) {
            assertThrows(IllegalArgumentException.class, () -> Endpoint.parse(bad), bad);
        }
    }

    @Test
    void passwordsInCommandsAndUrlsAreMasked() {
        String masked = Redact.command(
                "ETCDCTL_PASSWORD=hush etcdctl --user root:hush --password='hush' get /k; curl http://u:hush@h/x?k=hush");
        assertFalse(masked.contains("hush"), masked);
        assertTrue(masked.contains("get /k"), masked);
        assertEquals("***", new Secret("hush").toString());
    }
}
