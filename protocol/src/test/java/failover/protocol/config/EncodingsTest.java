package failover.protocol.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class EncodingsTest {
    @Test
    void lettersBeyondAsciiNeedUtf8AndNothingElseDoes() {
        for (String utf8 : new String[] {"UTF-8", "utf8", "UTF8"}) {
            assertEquals(Optional.empty(), Encodings.trouble("/mnt/Grüße-✓", utf8, "x"));
        }
        for (String other : new String[] {"ANSI_X3.4-1968", "US-ASCII", "ISO-8859-1", "windows-1252", "no such thing"}) {
            assertEquals(Optional.empty(), Encodings.trouble("/mnt/ledger --require-tower", other, "x"));
            String trouble = Encodings.trouble("/mnt/Grüße", other, "file.encoding").orElseThrow();
            assertTrue(trouble.contains(other) && trouble.contains("file.encoding") && trouble.contains("launcher in bin/"), trouble);
        }
    }

    /** What JSON can write and no command line can hold would be found out in the middle of a failover. */
    @Test
    void whatNoCommandCanHoldIsFoundWhereItIsWritten() {
        assertTrue(Encodings.troubleInCommand("true\0 --require-tower").orElseThrow().contains("NUL"));
        assertTrue(Encodings.troubleInCommand("true \ud800").orElseThrow().contains("half of a pair"));
        assertTrue(Encodings.troubleInPath("/mnt/\udc00").orElseThrow().contains("half of a pair"));
        assertEquals(Optional.empty(), Encodings.troubleInCommand("echo " + "x".repeat(100_000)));
        assertTrue(Encodings.troubleInCommand("echo " + "x".repeat(103_000)).orElseThrow().contains("put it into a script"));
    }
}
