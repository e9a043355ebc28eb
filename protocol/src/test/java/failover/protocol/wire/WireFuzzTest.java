package failover.protocol.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.vertx.core.buffer.Buffer;
import java.util.List;

/** A body of any bytes is refused with a reason, or is a record that is written and read again as it is; for each record of the wire. */
class WireFuzzTest {
    private static final List<Class<?>> RECORDS = List.of(FailoverRequest.class, FailoverResponse.class, IdentityResponse.class,
        ManualFailoverRequest.class, ManualFailoverResponse.class, PauseRequest.class, PauseResponse.class, PeerStatusRequest.class,
        PeerStatusResponse.class, ShutdownRequest.class, ShutdownResponse.class, StateView.class, StatusRequest.class,
        StatusResponse.class);

    @FuzzTest
    void aBody(byte[] body) {
        for (Class<?> type : RECORDS) {
            Object record;
            try {
                record = GoJson.decode(Buffer.buffer(body), type);
            } catch (GoJson.BadJson refused) {
                assertEquals(false, refused.getMessage().isBlank());
                continue;
            }
            Buffer text = GoJson.encode(record);
            try {
                // An empty text is an absent one: what is written is compared.
                assertEquals(text, GoJson.encode(GoJson.decode(text, type)));
            } catch (GoJson.BadJson e) {
                throw new AssertionError(type + " is not read again: " + text, e);
            }
        }
    }
}
