package failover.agent.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import failover.agent.decision.DurableAgentState;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** A state file is refused with a reason, or is a state that is written and read again as it is. */
class StateFuzzTest {

    /** The bytes are the state; its checksum is computed here, or none would get past it. */
    @FuzzTest
    void aState(byte[] text) throws StateCodec.Unreadable {
        JsonObject body;
        try {
            body = new JsonObject(Buffer.buffer(text));
            body.encode();
        } catch (DecodeException | ClassCastException noObject) {
            aFile(text);
            return;
        }
        CRC32 crc = new CRC32();
        crc.update(body.encode().getBytes(StandardCharsets.UTF_8));
        aFile(new JsonObject().put("format", 1).put("crc32", String.format("%08x", crc.getValue())).put("memory", body).toBuffer()
            .getBytes());
    }

    @FuzzTest
    void aFile(byte[] file) throws StateCodec.Unreadable {
        DurableAgentState state;
        try {
            state = StateCodec.read(file);
        } catch (StateCodec.Unreadable refused) {
            assertTrue(!refused.getMessage().isBlank());
            return;
        }
        String written = StateCodec.write(state);
        assertEquals(state, StateCodec.read(written.getBytes(StandardCharsets.UTF_8)), written);
    }
}
