package failover.agent.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The path of a request: its clean form begins at the root, leads nowhere above it, and is its own clean form. */
class PathFuzzTest {

    @FuzzTest
    void aPath(byte[] bytes) {
        String clean = GoPaths.clean(new String(bytes, StandardCharsets.UTF_8));
        assertTrue(clean.startsWith("/"), clean);
        assertFalse(clean.contains("//"), clean);
        for (String element : List.of(clean.split("/"))) {
            assertFalse(element.equals(".") || element.equals(".."), clean);
        }
        assertEquals(clean, GoPaths.clean(clean));
    }
}
