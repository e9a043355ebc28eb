package failover.protocol.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.Bounds;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every field of every record of the wire has its bounds, and holds to them. */
class WireBoundsTest {
    private static final long[] NUMBERS = {0, 1, -1, 2, 499, 500, 600_000, 600_001, 1_800_000, Integer.MAX_VALUE, 1L << 53, (1L << 53) + 1,
        1L << 62, Long.MAX_VALUE, Long.MAX_VALUE - 1, Long.MIN_VALUE, Long.MIN_VALUE + 1, -62135596800L, 253402300799L, 380_000_000L};
    private static final String[] TEXTS = {"", "a", "done", "become_active", "active", "m-7", "a b", "x\ny", "\u202e", "\u2028", "\u0000",
        "\ud800", "é…", "😀".repeat(400), "A".repeat(63), "A".repeat(64), "A".repeat(65), "A".repeat(160), "A".repeat(161), "A".repeat(501),
        "A".repeat(90_000)};

    static List<Class<?>> records() throws IOException {
        List<Class<?>> all = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("src/main/java/failover/protocol/wire"))) {
            for (Path file : files.filter(each -> each.toString().endsWith(".java")).sorted().toList()) {
                String name = "failover.protocol.wire." + file.getFileName().toString().replace(".java", "");
                if (!name.endsWith("-info")) {
                    add(all, name);
                }
            }
        }
        return all;
    }

    private static void add(List<Class<?>> all, String name) {
        try {
            Class<?> type = Class.forName(name);
            if (type.isRecord()) {
                all.add(type);
            }
            for (Class<?> nested : type.getDeclaredClasses()) {
                if (nested.isRecord() && java.lang.reflect.Modifier.isPublic(nested.getModifiers())) {
                    all.add(nested);
                }
            }
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void thereAreRecordsToLookAt() throws IOException {
        assertTrue(records().size() >= 24, records().toString());
    }

    @ParameterizedTest
    @MethodSource("records")
    void everyNumberAndEveryTextHasARange(Class<?> type) {
        for (RecordComponent each : type.getRecordComponents()) {
            boolean number = each.getType() == long.class;
            boolean text = each.getType() == String.class || each.getGenericType().getTypeName().equals("java.util.List<java.lang.String>");
            Within within = each.getAnnotation(Within.class);
            if (number || text) {
                assertNotNull(within, each + " has no @Within");
                assertEquals(number, within.value().ofNumbers(), each + " has the wrong sort of range");
            } else {
                assertTrue(each.getType() == boolean.class || each.getType().isRecord() || each.getType() == List.class,
                        each + ": a border knows long, boolean, String, records and lists");
            }
        }
    }

    /** Our own seeds; more with -Dfailover.seeds=N. */
    @ParameterizedTest
    @MethodSource("records")
    void atTheExtremesOfEveryFieldARecordIsRefusedByNameOrHoldsToItsBounds(Class<?> type) {
        int taken = 0;
        for (int seed = 0; seed < Integer.getInteger("failover.seeds", 2_000); seed++) {
            JsonObject json = any(type, new Random(seed));
            try {
                Object record = GoJson.decode(json.toBuffer(), type);
                taken++;
                assertBounds(record);
                Object again = GoJson.decode(GoJson.encode(record), type);
                // An empty text is an absent one.
                assertEquals(GoJson.encode(record), GoJson.encode(again), "what was taken is taken again as it is");
            } catch (GoJson.BadJson e) {
                assertFalse(e.getMessage().isBlank());
                assertTrue(e.field().isEmpty() || e.getMessage().startsWith(e.field()), e.getMessage());
            }
        }
        assertTrue(taken > 0, "none was taken: the test tries nothing");
    }

    private static JsonObject any(Class<?> type, Random random) {
        JsonObject json = new JsonObject();
        // Most fields plain, so that a record is taken now and then: then a few extremes are among them.
        int oddity = random.nextInt(4) == 0 ? 2 : 12;
        for (RecordComponent each : type.getRecordComponents()) {
            String name = each.getAccessor().getAnnotation(com.fasterxml.jackson.annotation.JsonProperty.class).value();
            boolean odd = random.nextInt(oddity) == 0;
            if (random.nextInt(6) == 0) {
                continue;
            }
            if (each.getType() == long.class) {
                json.put(name, odd ? NUMBERS[random.nextInt(NUMBERS.length)] + random.nextInt(3) - 1 : random.nextInt(1_000));
            } else if (each.getType() == String.class) {
                json.put(name, odd ? TEXTS[random.nextInt(TEXTS.length)] : "t" + random.nextInt(9));
            } else if (each.getType() == boolean.class) {
                json.put(name, random.nextBoolean());
            } else if (each.getType().isRecord()) {
                json.put(name, any(each.getType(), random));
            } else {
                JsonArray list = new JsonArray();
                for (int i = odd ? random.nextInt(80) : random.nextInt(3); i > 0; i--) {
                    list.add(each.getGenericType().getTypeName().contains("HostLine") ? any(StateView.HostLine.class, random)
                            : TEXTS[random.nextInt(TEXTS.length)]);
                }
                json.put(name, list);
            }
        }
        return json;
    }

    private static void assertBounds(Object record) {
        for (RecordComponent each : record.getClass().getRecordComponents()) {
            Object value;
            try {
                value = each.getAccessor().invoke(record);
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
            if (value instanceof Long number) {
                assertTrue(number >= Bounds.FIRST_SECOND - Bounds.HIGHEST_SLOT && number <= Bounds.HIGHEST_COUNT, each + " " + number);
                // None of the arithmetic that is done behind the border wraps.
                if (each.getName().endsWith("Ms")) {
                    assertTrue(Math.multiplyExact(number, 1_000_000L) >= 0, each + " " + number);
                }
            } else if (value instanceof String text) {
                boolean tower = each.getName().equals("bytes");
                assertTrue(text.length() <= (tower ? Bounds.LARGEST_TOWER_TEXT : Bounds.LONGEST_TEXT), each.toString());
                assertTrue(tower || text.codePoints().noneMatch(Bounds::forges), each.toString());
            } else if (value != null && value.getClass().isRecord()) {
                assertBounds(value);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"epoch\":9223372036854775807}|epoch",
        "{\"epoch\":9007199254740993}|epoch",
        "{\"epoch\":-1}|epoch",
        "{\"deadline_ms\":600001}|deadline_ms",
        "{\"deadline_ms\":-1}|deadline_ms",
        "{\"operation_id\":\"op1\\n2026/11/28\"}|operation_id",
        "{\"operation_id\":\"a b\"}|operation_id",
        "{\"operation_id\":\"\\u202ea\"}|operation_id",
        "{\"grant\":{\"lease_ms\":600001}}|grant.lease_ms",
        "{\"grant\":{\"fence_ms\":-5}}|grant.fence_ms",
        "{\"grant\":{\"jitter_ms\":4611686018427387904}}|grant.jitter_ms",
        "{\"grant\":{\"manager_start\":9007199254740993}}|grant.manager_start",
        "{\"grant\":{\"manager_id\":\"é\"}}|grant.manager_id",
        "{\"grant\":{\"last_vote\":-1}}|grant.last_vote",
        "{\"tower\":{\"last_voted_slot\":-1,\"bytes\":\"\"}}|tower.last_voted_slot"})
    void whatLiesOutsideIsRefusedByTheNameOfItsField(String body, String field) {
        GoJson.BadJson e = assertThrows(GoJson.BadJson.class, () -> GoJson.decode(Buffer.buffer(body), FailoverRequest.class));
        assertEquals(field, e.field());
        assertTrue(e.getMessage().startsWith(field + " "), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }

    @Test
    void aTowerAndAnIdHaveTheirLengths() throws Exception {
        String id = "a".repeat(Bounds.LONGEST_ID);
        String tower = "A".repeat(Bounds.LARGEST_TOWER_TEXT);
        JsonObject json = new JsonObject().put("operation_id", id).put("tower", new JsonObject().put("bytes", tower));
        assertEquals(tower, GoJson.decode(json.toBuffer(), FailoverRequest.class).tower().bytes());
        json.put("operation_id", id + "a");
        assertEquals("operation_id", refused(json));
        json.put("operation_id", id).put("tower", new JsonObject().put("bytes", tower + "A"));
        assertEquals("tower.bytes", refused(json));
        json.remove("tower");
        json.put("known_tower", new JsonObject().put("bytes", tower));
        assertEquals(tower, GoJson.decode(json.toBuffer(), FailoverRequest.class).knownTower().bytes());
        json.put("known_tower", new JsonObject().put("bytes", tower + "A"));
        assertEquals("known_tower.bytes", refused(json));
    }

    private static String refused(JsonObject json) {
        return assertThrows(GoJson.BadJson.class, () -> GoJson.decode(json.toBuffer(), FailoverRequest.class)).field();
    }

    @Test
    void theOriginalsFieldsAreCutNotRefused() throws Exception {
        JsonObject json = new JsonObject().put("action", "become_active").put("reason", "a\u202eb\nc" + "r".repeat(600)).put("timestamp",
                Long.MAX_VALUE);
        FailoverRequest request = GoJson.decode(json.toBuffer(), FailoverRequest.class);
        assertTrue(request.reason().startsWith("a b cr"), request.reason());
        assertEquals(Bounds.LONGEST_TEXT, request.reason().length());
        assertEquals(Bounds.LAST_SECOND, request.timestamp());
        PeerStatusResponse answer = GoJson.decode(Buffer.buffer("{\"is_alive\":true,\"stay\":{\"manager_heard_ms\":-9223372036854775808}}"),
                PeerStatusResponse.class);
        assertEquals(0, answer.stay().managerHeardMs());
    }
}
