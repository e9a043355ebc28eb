package failover.agent.state;

import failover.agent.decision.DurableAgentState;
import failover.protocol.StateFile;
import failover.protocol.wire.Role;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agent's memory on disk (E10, E17): {@code agent.json} in {@code state_dir}. Blocks; one thread at a time. */
public final class FileStateStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FileStateStore.class);

    private final StateFile file;
    private final Opened opened;

    /**
     * What was found.
     *
     * @param memory the memory
     * @param isNew there was none: it holds only a new host id
     */
    public record Opened(DurableAgentState memory, boolean isNew) {
    }

    /**
     * Locks the directory, which is made if need be, and reads what is remembered; a first memory is written at once.
     *
     * @throws IOException that names the directory or file, what is wrong and what to do
     */
    FileStateStore(Path directory) throws IOException {
        file = StateFile.open(directory, "agent");
        try {
            opened = read();
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** What was found when the directory was opened. */
    Opened opened() {
        return opened;
    }

    private Opened read() throws IOException {
        StateFile.Found<DurableAgentState> found = file.read(StateCodec::read);
        if (found.warning() != null) {
            LOG.error("{}, which may lack the last change", found.warning());
        }
        if (found.value().isPresent()) {
            return new Opened(found.value().get(), false);
        }
        DurableAgentState fresh = new DurableAgentState(UUID.randomUUID().toString(), Role.PASSIVE, 0, null, 0, null, null, null);
        file.write(bytes(fresh), StateCodec::read);
        return new Opened(fresh, true);
    }

    /** Makes it durable: when this returns {@code null} it survives a power cut; else the error, and the file is what it was before. */
    synchronized String write(DurableAgentState memory) {
        try {
            file.write(bytes(memory), StateCodec::read);
            return null;
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    private static byte[] bytes(DurableAgentState memory) {
        return StateCodec.write(memory).getBytes(StandardCharsets.UTF_8);
    }

    /** Gives the directory free. */
    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            LOG.warn("The lock of the state_dir cannot be closed: {}", e.toString());
        }
    }
}
