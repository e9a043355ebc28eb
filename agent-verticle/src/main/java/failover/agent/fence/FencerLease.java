package failover.agent.fence;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The agent's record for the fencer: until when the host may be left alone, and what to kill then.
 *
 * @param bootId       the boot it belongs to
 * @param nonce        drawn anew by each start of an agent
 * @param seq          grows with each writing under one nonce
 * @param deadlineMs   the lease's end on {@link BootClock}; 0: no lease held, the fencer is disarmed
 * @param agent        the agent's process
 * @param commandPgid  the process group of a running command, or 0
 * @param commandStart when that group's leader started, in ticks
 * @param validator    the validator's process; its pid may be 0 when only its name is known
 * @param epoch        of the lease, for the agent's next start (E16): the fencer does not read it; 0: unknown
 * @param hostId       of the host that holds it, likewise; empty: unknown
 */
public record FencerLease(String bootId, String nonce, long seq, long deadlineMs, ProcessRef agent, long commandPgid, long commandStart,
        ProcessRef validator, long epoch, String hostId) {
    private static final int LONGEST_ID = 64;

    /** Without an owner. */
    public FencerLease(String bootId, String nonce, long seq, long deadlineMs, ProcessRef agent, long commandPgid, long commandStart,
            ProcessRef validator) {
        this(bootId, nonce, seq, deadlineMs, agent, commandPgid, commandStart, validator, 0, "");
    }

    String format() {
        return "version=1\nboot_id=" + bootId + "\nnonce=" + nonce + "\nseq=" + seq + "\ndeadline_ms=" + deadlineMs
                + "\nagent_pid=" + agent.pid() + "\nagent_start=" + agent.start()
                + "\ncommand_pgid=" + commandPgid + "\ncommand_start=" + commandStart
                + "\nvalidator_pid=" + validator.pid() + "\nvalidator_start=" + validator.start()
                + "\nvalidator_comm=" + validator.comm() + "\nvalidator_cgroup=" + validator.cgroup()
                + (epoch > 0 ? "\nepoch=" + epoch : "") + (plain(hostId) ? "\nhost_id=" + hostId : "") + "\nend=" + seq + "\n";
    }

    /** A whole lease of version 1; empty when it is torn or anything is missing: a file that cannot be believed is no lease (E16). */
    static Optional<FencerLease> parse(String text) {
        Map<String, String> values = values(text);
        if (!"1".equals(values.get("version")) || values.get("seq") == null || !values.get("seq").equals(values.get("end"))) {
            return Optional.empty();
        }
        try {
            return Optional.of(new FencerLease(values.getOrDefault("boot_id", ""), values.getOrDefault("nonce", ""), number(values, "seq"),
                    number(values, "deadline_ms"), new ProcessRef(number(values, "agent_pid"), number(values, "agent_start"), "", ""),
                    number(values, "command_pgid"), number(values, "command_start"),
                    new ProcessRef(number(values, "validator_pid"), number(values, "validator_start"),
                            values.getOrDefault("validator_comm", ""), values.getOrDefault("validator_cgroup", "")),
                    Long.parseLong(values.getOrDefault("epoch", "0")), values.getOrDefault("host_id", "")));
        } catch (NumberFormatException damaged) {
            return Optional.empty();
        }
    }

    /** What cannot tear a line, nor be mistaken for another. */
    private static boolean plain(String id) {
        return !id.isEmpty() && id.length() <= LONGEST_ID && id.chars().allMatch(c -> c > ' ' && c < 127);
    }

    static Map<String, String> values(String text) {
        Map<String, String> values = new HashMap<>();
        text.lines().forEach(line -> {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1));
            }
        });
        return values;
    }

    static long number(Map<String, String> values, String key) {
        return Long.parseLong(values.getOrDefault(key, ""));
    }
}
