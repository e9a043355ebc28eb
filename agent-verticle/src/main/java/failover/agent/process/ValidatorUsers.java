package failover.agent.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * As whom the validator can run: a process has the validator's name for the asking, and any user of the host may ask. Whose
 * {@code LEDGER/admin.rpc} it is decides; else whoever was seen running it in the agent's own name; root always may. Where neither is
 * known (an agent of another user than the validator, who cannot look into the ledger) a name has to do. Asking is free; only
 * {@link #refresh} touches the ledger's disk, which may hang. Safe for use by any thread.
 */
public final class ValidatorUsers {
    private static final Logger LOG = LoggerFactory.getLogger(ValidatorUsers.class);
    private static final Map<String, ValidatorUsers> KNOWN = new ConcurrentHashMap<>();
    private static final long ROOT = 0;
    private static final long UNKNOWN = -1;

    private final Path proc;
    private final long own;
    private final Optional<Path> socket;
    private volatile long socketOwner = UNKNOWN;
    private volatile boolean seenAsOurs;
    private volatile String passedOver = "";

    ValidatorUsers(Path proc, long own, Optional<Path> ledger) {
        this.proc = proc;
        this.own = own;
        this.socket = ledger.map(path -> path.resolve("admin.rpc"));
    }

    /** One instance for all probes of the same validator: what one has learnt, the dead-man uses without touching a disk. */
    public static ValidatorUsers of(Path proc, Optional<Path> ledger) {
        return KNOWN.computeIfAbsent(proc + "\0" + ledger.map(Path::toString).orElse(""),
            key -> new ValidatorUsers(proc, uidOf(proc, "self"), ledger));
    }

    /** Reads the owner of the validator's socket. Blocks as long as the ledger's disk does. */
    public void refresh() {
        if (socket.isEmpty()) {
            return;
        }
        try {
            socketOwner = (Integer) Files.getAttribute(socket.get(), "unix:uid");
        } catch (IOException | UnsupportedOperationException e) {
            // Not made yet, or not for us to see: what was known stays.
            return;
        }
    }

    /** Whether a process of the validator's name can be it. */
    public boolean mayBe(long pid) {
        long uid = uidOf(proc, Long.toString(pid));
        boolean may = uid == UNKNOWN || trusts(uid);
        if (!may) {
            say(pid, uid);
        }
        return may;
    }

    /** A process that is the validator beyond doubt. */
    void seen(long pid) {
        if (own != ROOT && uidOf(proc, Long.toString(pid)) == own) {
            seenAsOurs = true;
        }
    }

    /** Whether that user's processes and sockets can be the validator's. */
    boolean trusts(long uid) {
        if (uid == ROOT || uid == own) {
            return true;
        }
        return socketOwner != UNKNOWN ? uid == socketOwner : !seenAsOurs;
    }

    private void say(long pid, long uid) {
        String words = "process " + pid + " of user " + uid + " bears the validator's name and is not taken for it: "
            + (socketOwner != UNKNOWN ? socket.orElseThrow() + " belongs to user " + socketOwner : "the validator runs as user " + own);
        if (!words.equals(passedOver)) {
            passedOver = words;
            LOG.warn("{}", words);
        }
    }

    /** The effective user of a process; -1 when it is gone or unreadable. Some microseconds. */
    public static long uidOf(Path proc, String process) {
        try {
            for (String line : Files.readAllLines(proc.resolve(process + "/status"), StandardCharsets.ISO_8859_1)) {
                if (line.startsWith("Uid:")) {
                    return Long.parseLong(line.substring(4).strip().split("\\s+")[1]);
                }
            }
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return UNKNOWN;
        }
        return UNKNOWN;
    }
}
