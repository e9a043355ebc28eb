package failover.manager;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LoopbackGuardTest {
    @Test
    void namesOfThisHostAreLocal() {
        for (String host : new String[] {null, "localhost", "LOCALHOST:8081", "127.0.0.1", "127.0.0.1:8081", "127.1.2.3:1", "[::1]",
            "[::1]:8081"}) {
            assertTrue(LoopbackGuard.isLocalName(host), host);
        }
    }

    @Test
    void om18aNameThatAWebPageCanOwnIsNotLocal() {
        for (String host : new String[] {"", "evil.example", "evil.example:8081", "localhost.evil.example", "127.0.0.1.evil.example:8081",
            "10.0.0.1:8081", "[2001:db8::1]:8081", "[::1", "[localhost]:8081", "127.0.0.999"}) {
            assertFalse(LoopbackGuard.isLocalName(host), host);
        }
    }
}
