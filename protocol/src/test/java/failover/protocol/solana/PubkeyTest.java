package failover.protocol.solana;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.Draw;
import org.junit.jupiter.api.Test;

class PubkeyTest {

    @Test
    void thirtyTwoZerosAreTheSystemProgram() {
        assertEquals("11111111111111111111111111111111", Pubkey.of(new byte[32]).toString());
    }

    @Test
    void aKnownKeyIsReadAndPrintedUnchanged() {
        String vote = "Vote111111111111111111111111111111111111111";
        assertEquals(vote, Pubkey.parse(vote).toString());
        assertEquals(7, Pubkey.parse(vote).bytes()[0]);
    }

    @Test
    void everyBadTextIsRefusedWithAReason() {
        for (String bad : new String[] {"", "1", "0OIl", "Vote11111111111111111111111111111111111111O", "z".repeat(44), "1".repeat(33),
            "x".repeat(100_000)}) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> Pubkey.parse(bad), bad);
            assertTrue(e.getMessage().contains("is not a public key: "), e.getMessage());
            assertTrue(e.getMessage().length() < 200, "the message is bounded");
        }
    }

    @Test
    void anyThirtyTwoBytesComeBackFromTheirText() {
        Draw.cases(2_000, draw -> {
            byte[] bytes = draw.bytes(32, 32);
            Pubkey key = Pubkey.of(bytes);
            assertArrayEquals(bytes, Pubkey.parse(key.toString()).bytes());
            assertEquals(key, Pubkey.parse(key.toString()));
        });
    }
}
