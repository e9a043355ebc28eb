package failover.protocol.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;

/**
 * JSON as the original's Go encoder writes it and its decoder reads it (docs/compatibility.md 4.2): {@code < > &} escaped, one newline at
 * the end; first value only, unknown keys ignored, keys in any case, missing or null fields zero, wrong types refused.
 * Safe for use by any thread.
 */
public final class GoJson {
    private static final ObjectMapper MAPPER = mapper();
    /** Per type, once: the lookup takes a tenth of a response's time. */
    private static final ClassValue<ObjectReader> READERS = new ClassValue<>() {
        @Override
        protected ObjectReader computeValue(Class<?> type) {
            return MAPPER.readerFor(type);
        }
    };

    private static final ClassValue<ObjectWriter> WRITERS = new ClassValue<>() {
        @Override
        protected ObjectWriter computeValue(Class<?> type) {
            return MAPPER.writerFor(type);
        }
    };

    private GoJson() {
    }

    /** The value as one line of JSON with the newline Go's encoder adds. */
    public static Buffer encode(Object value) {
        try {
            byte[] json = WRITERS.get(value.getClass()).writeValueAsBytes(value);
            // With room for the last byte: a buffer that has to grow is copied.
            return Buffer.buffer(json.length + 1).appendBytes(json).appendByte((byte) '\n');
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a wire record does not encode: " + value.getClass().getName(), e);
        }
    }

    /**
     * The first JSON value of the body as a record of that type; JSON {@code null} is the record with every field zero.
     *
     * @throws BadJson when there is no value, it is no object, a field has the wrong type or lies outside its bounds
     */
    public static <T> T decode(Buffer body, Class<T> type) throws BadJson {
        ObjectReader reader = READERS.get(type);
        try (JsonParser parser = reader.createParser(body == null ? new byte[0] : body.getBytes())) {
            if (parser.nextToken() == null) {
                throw new BadJson("EOF");
            }
            switch (parser.currentToken()) {
                case START_OBJECT:
                    return WireBounds.held(reader.<T>readValue(parser));
                case VALUE_NULL:
                    return reader.readValue("{}");
                default:
                    throw new BadJson("expected a JSON object, found " + parser.currentToken());
            }
        } catch (IOException e) {
            throw new BadJson(e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage());
        }
    }

    private static ObjectMapper mapper() {
        ObjectMapper mapper = JsonMapper.builder()
                .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_PROPERTIES)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .withCoercionConfig(LogicalType.Textual, c -> {
                    c.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
                    c.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
                    c.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
                })
                .build();
        mapper.getFactory().setCharacterEscapes(new GoEscapes());
        mapper.getFactory().disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
        return mapper;
    }

    /** The body was not what the route takes. The message is for the log; the answer is the original's {@code Invalid request body}. */
    public static final class BadJson extends Exception {
        private final String field;

        BadJson(String message) {
            this("", message);
        }

        BadJson(String field, String message) {
            super(message, null, false, false);
            this.field = field;
        }

        /** The field that lies outside its bounds, as {@code lease.lease_ms}; empty when it is something else. */
        public String field() {
            return field;
        }
    }

    /** Go escapes HTML characters and the two line separators of JavaScript, and writes hex digits in lower case. */
    private static final class GoEscapes extends CharacterEscapes {
        private final int[] ascii = standardAsciiEscapesForJSON();

        GoEscapes() {
            for (char c = 0; c < 0x20; c++) {
                if (ascii[c] < 0) {
                    ascii[c] = ESCAPE_CUSTOM;
                }
            }
            for (char c : new char[] {'<', '>', '&'}) {
                ascii[c] = ESCAPE_CUSTOM;
            }
        }

        /** Asked for with each answer, and only read. */
        @Override
        public int[] getEscapeCodesForAscii() {
            return ascii;
        }

        @Override
        public SerializableString getEscapeSequence(int ch) {
            if (ch < 0x20 || ch == '<' || ch == '>' || ch == '&' || ch == '\u2028' || ch == '\u2029') {
                return new SerializedString(String.format("\\u%04x", ch));
            }
            return null;
        }
    }
}
