package failover.agent.decision;

import java.time.Duration;

/**
 * The validator's process as the process table shows it.
 *
 * @param running a process that is the validator lives (no zombie, no {@code monitor}, no {@code set-identity})
 * @param pid its process id; 0 when not running
 * @param startTicks field 22 of /proc/PID/stat: with the pid it names one process for ever; 0 when not running
 * @param uptime since its start; zero when not running
 * @param certain which of several processes of that name is the validator is beyond doubt; only then may it be killed
 */
public record ProcessView(boolean running, long pid, long startTicks, Duration uptime, boolean certain) {

    /** It could not be probed: it may run, and which process it would be is not known. */
    public static final ProcessView UNKNOWN = new ProcessView(true, 0, 0, Duration.ZERO, false);

    /** There is no such process. */
    public static final ProcessView NOT_RUNNING = new ProcessView(false, 0, 0, Duration.ZERO, true);

    /** The same, where something else may be the validator just as well. */
    public ProcessView uncertain() {
        return new ProcessView(running, pid, startTicks, uptime, false);
    }

    /** True when both name the same life of the same process. */
    public boolean sameProcess(long otherPid, long otherStartTicks) {
        return running && pid == otherPid && startTicks == otherStartTicks;
    }
}
