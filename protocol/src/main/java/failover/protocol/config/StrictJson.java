package failover.protocol.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.vertx.config.spi.ConfigProcessor;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;

/**
 * The format {@code strict-json} for Vert.x Config: one JSON object and nothing after it, no key twice, and errors with line and column.
 * Vert.x's own reader keeps the last of two equal keys and quotes the text, which may hold a secret.
 */
public final class StrictJson implements ConfigProcessor {
    static final String NAME = "strict-json";
    static final int LARGEST_FILE = 1 << 20;
    private static final JsonFactory FACTORY = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Future<JsonObject> process(Vertx vertx, JsonObject configuration, Buffer input) {
        try {
            return Future.succeededFuture(parse(input.getBytes()));
        } catch (IllegalArgumentException e) {
            return Future.failedFuture(e);
        }
    }

    /**
     * Reads a whole file.
     *
     * @throws IllegalArgumentException with line, column and what is wrong, without the text itself
     */
    static JsonObject parse(byte[] bytes) {
        if (bytes.length > LARGEST_FILE) {
            throw new IllegalArgumentException("is larger than " + LARGEST_FILE + " bytes: it is no file of settings");
        }
        try (JsonParser parser = FACTORY.createParser(bytes)) {
            if (parser.nextToken() == null) {
                throw new IllegalArgumentException("is empty; write at least {}");
            }
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw at(parser.currentTokenLocation(), "the file must be one object in braces");
            }
            JsonObject object = object(parser);
            JsonToken more;
            try {
                more = parser.nextToken();
            } catch (JsonProcessingException e) {
                more = JsonToken.NOT_AVAILABLE;
            }
            if (more != null) {
                throw at(parser.currentTokenLocation(), "there is text after the closing brace; remove it");
            }
            return object;
        } catch (JsonProcessingException e) {
            throw at(e.getLocation(), reason(e.getOriginalMessage()));
        } catch (IOException e) {
            throw new IllegalArgumentException("is not readable: " + e.getMessage(), e);
        }
    }

    private static JsonObject object(JsonParser parser) throws IOException {
        JsonObject object = new JsonObject();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            parser.nextToken();
            object.put(key, value(parser));
        }
        return object;
    }

    private static Object value(JsonParser parser) throws IOException {
        switch (parser.currentToken()) {
            case START_OBJECT:
                return object(parser);
            case START_ARRAY:
                JsonArray array = new JsonArray();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(value(parser));
                }
                return array;
            case VALUE_STRING:
                return parser.getText();
            case VALUE_NUMBER_INT:
            case VALUE_NUMBER_FLOAT:
                return parser.getNumberValue();
            case VALUE_TRUE:
                return true;
            case VALUE_FALSE:
                return false;
            default:
                return null;
        }
    }

    /** Jackson quotes what it met, and that may be a secret that lacks its quotes. */
    private static String reason(String message) {
        if (message.startsWith("Unrecognized token")) {
            return "there is a word without double quotes (only true, false and null go without)";
        }
        int detail = message.indexOf("\n");
        return "this is not JSON: " + (detail < 0 ? message : message.substring(0, detail));
    }

    /** Jackson knows no place for what exceeds its own limits, as of nesting. */
    private static IllegalArgumentException at(JsonLocation location, String message) {
        if (location == null) {
            return new IllegalArgumentException(message);
        }
        return new IllegalArgumentException("line " + location.getLineNr() + ", column " + location.getColumnNr() + ": " + message);
    }
}
