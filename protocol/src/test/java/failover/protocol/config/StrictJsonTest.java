package failover.protocol.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StrictJsonTest {
    @Test
    void oneObjectIsRead() {
        assertEquals(new JsonObject("{\"a\":[1,{\"b\":null}],\"c\":1.5,\"d\":true}"),
                read(" {\"a\":[1,{\"b\":null}],\"c\":1.5,\"d\":true}\n"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "{\"a\":1} {}|line 1, column 9: there is text after",
            "{\"a\":1}x|line 1, column 8: there is text after",
            "[]|line 1, column 1: the file must be one object",
            "{\"a\":1,\"a\":2}|line 1, column 11: this is not JSON: Duplicate field 'a'",
            "{\"a\":1,}|line 1, column 8: this is not JSON",
            "{\"a\":sesame}|line 1, column 6: there is a word without double quotes",
            "{\"a\":1|this is not JSON"})
    void aFaultIsShownWithLineAndColumn(String text, String expected) {
        String message = refused(text);
        assertTrue(message.contains(expected), message);
        assertFalse(message.contains("sesame"), message);
    }

    @Test
    void lineNumbersCount() {
        assertTrue(refused("{\n  \"a\": 1,\n  oops\n}").startsWith("line 3, column "), refused("{\n  \"a\": 1,\n  oops\n}"));
        assertEquals("is empty; write at least {}", refused("  "));
    }

    @Test
    void whatIsNestedTooDeepOrTooLargeIsRefusedWithAReason() {
        for (int depth : new int[] {1_001, 5_000, 200_000}) {
            String message = refused("{\"a\":".repeat(depth));
            assertTrue(message.contains("nesting depth"), message);
            message = refused("{\"a\":" + "[".repeat(depth));
            assertTrue(message.contains("nesting depth"), message);
        }
        assertTrue(refused("{\"a\":\"" + "x".repeat(StrictJson.LARGEST_FILE) + "\"}").startsWith("is larger than 1048576 bytes"));
        assertTrue(refused("{\"a\":" + "9".repeat(5_000) + "}").contains("this is not JSON"), refused("{\"a\":" + "9".repeat(5_000) + "}"));
    }

    /** Our own seeds: mutations of a file that is none, or is one; more with -Dfailover.seeds=N. */
    @Test
    void whateverAFileHoldsItIsReadOrRefusedWithAReason() {
        String good = "{\"a\":[1,-2.5,1e9,true,null,{\"b\":\"x\\u202e\"}],\"_c\":\"\",\"d\":{\"e\":\"10.0.0.1:8080\"}}";
        java.util.Random random = new java.util.Random(3);
        int read = 0;
        for (int i = 0; i < Integer.getInteger("failover.seeds", 20_000); i++) {
            byte[] bytes = good.getBytes(StandardCharsets.UTF_8);
            for (int j = random.nextInt(4); j >= 0; j--) {
                bytes[random.nextInt(bytes.length)] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) :
                    "{}[]\":,0\\".charAt(random.nextInt(9)));
            }
            try {
                StrictJson.parse(java.util.Arrays.copyOf(bytes, random.nextInt(5) == 0 ? random.nextInt(bytes.length) : bytes.length));
                read++;
            } catch (IllegalArgumentException e) {
                assertFalse(e.getMessage().isBlank());
            }
        }
        assertTrue(read > 100, "hardly anything is read: " + read);
    }

    private static JsonObject read(String text) {
        return StrictJson.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String refused(String text) {
        return assertThrows(IllegalArgumentException.class, () -> read(text)).getMessage();
    }
}
