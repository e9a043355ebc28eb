package failover.agent.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoPathsTest {
    @ParameterizedTest
    @CsvSource({"/status,/status", "//status,/status", "/./status,/status", "/a/../status,/status", "/../status,/status",
        "/status/,/status/", "//status//,/status/", "/,/", "'',/", "status,/status", "/.well-known,/.well-known"})
    void pathsAreCleanedAsGoDoes(String path, String clean) {
        assertEquals(clean, GoPaths.clean(path));
    }
}
