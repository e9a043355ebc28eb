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
}
