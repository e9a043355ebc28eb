package failover.protocol.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** A file of settings, and each sort of value in it: refused with a reason in one line, or read, written and read again. */
class ConfigFuzzTest {

    @FuzzTest
    void aFile(byte[] text) {
        try {
            StrictJson.parse(text).encode();
        } catch (IllegalArgumentException refused) {
            assertFalse(refused.getMessage().isBlank() || refused.getMessage().contains("\n"), refused.getMessage());
        }
    }

    @FuzzTest
    void aValue(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        Duration duration = read(GoDuration::parse, text);
        if (duration != null) {
            assertEquals(duration, GoDuration.parse(GoDuration.format(duration)));
        }
        Endpoint endpoint = read(Endpoint::parse, text);
        if (endpoint != null) {
            assertFalse(endpoint.host().isEmpty() || endpoint.authority().isEmpty() || endpoint.toString().isEmpty());
            assertEquals(endpoint.host(), Endpoint.parse(endpoint.uri().toString()).host());
            endpoint.byName();
        }
        HostPort address = read(HostPort::parse, text);
        if (address != null) {
            assertTrue(address.port() >= 0 && address.port() <= 65_535 && !address.bindHost().isEmpty());
        }
        IpAllowList allowed = read(only -> IpAllowList.of(List.of(only)), text);
        assertTrue(allowed == null || !allowed.toString().isEmpty());
        read(ConfigParsers::publicKey, text);
        read(ConfigParsers::path, text);
    }

    private static <T> T read(Function<String, T> parser, String text) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException refused) {
            assertTrue(refused.getMessage() != null && !refused.getMessage().isBlank());
            return null;
        }
    }
}
