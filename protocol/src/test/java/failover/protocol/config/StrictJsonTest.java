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

    private static JsonObject read(String text) {
        return StrictJson.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String refused(String text) {
        return assertThrows(IllegalArgumentException.class, () -> read(text)).getMessage();
    }
}
