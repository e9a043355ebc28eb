package failover.agent.fence;

import java.util.Map;
import java.util.Optional;

/**
 * The fencer's report of its state, at least once a second.
 *
 * @param bootId     the boot it runs in
 * @param fencerPid  its process
 * @param atMs       when it wrote this, on {@link BootClock}
 * @param nonce      of the lease it obeys; empty before the first
 * @param seq        of that lease
 * @param armed      it will act on {@code deadlineMs}, and has just seen that it may kill both agent and validator
 * @param deadlineMs the deadline it acts on; 0 when disarmed, or when it has acted
 * @param problem    a one-word code of what keeps it from acting, or empty
 */
public record FencerReply(String bootId, long fencerPid, long atMs, String nonce, long seq, boolean armed, long deadlineMs,
        String problem) {

    static Optional<FencerReply> parse(String text) {
        Map<String, String> values = FencerLease.values(text);
        if (!"1".equals(values.get("version")) || values.get("seq") == null || !values.get("seq").equals(values.get("end"))) {
            return Optional.empty();
        }
        try {
            return Optional.of(new FencerReply(values.getOrDefault("boot_id", ""), FencerLease.number(values, "fencer_pid"),
                    FencerLease.number(values, "at_ms"), values.getOrDefault("nonce", ""), FencerLease.number(values, "seq"),
                    "1".equals(values.get("armed")), FencerLease.number(values, "deadline_ms"), values.getOrDefault("problem", "")));
        } catch (NumberFormatException damaged) {
            return Optional.empty();
        }
    }
}
