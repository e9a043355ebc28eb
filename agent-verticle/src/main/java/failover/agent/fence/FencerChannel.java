package failover.agent.fence;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The agent's end of the file channel between agent and fencer (E4, E16). Every call blocks for microseconds, except {@link #awaitArmed};
 * any thread, including the dead-man's. Creating one changes nothing on disk: a restarted agent reads {@link #previous} first, and arms
 * with that deadline, never with a longer one of its own.
 */
public final class FencerChannel {

    /** The fencer answers at least once a second. */
    private static final String TOO_LONG = "lease_too_long";
    private static final Duration LAG = Duration.ofMillis(1500);
    private static final Duration LOOK = Duration.ofMillis(5);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final LeaseFile files;
    private final BootClock clock;
    private final ProcessRef agent;
    private final String bootId;
    private final String nonce;
    private final Optional<FencerLease> previous;
    private FencerLease lease;
    /** When the newest deadline was written; one that is written again and again has an answer to the one before. */
    private long writtenAtMs;

    /**
     * The fencer's state as it reports it.
     *
     * @param capable it would fence this host at the deadline it received, or is healthy and has none
     * @param problem what keeps it from that, with what to do; {@code null} when nothing does, or no fencer answers
     */
    public record Says(boolean capable, String problem) {
    }

    /**
     * The link of this process.
     *
     * @throws IOException when /proc cannot be read
     */
    public FencerChannel(LeaseFile files, BootClock clock) throws IOException {
        this(files, clock, ProcessRef.of(ProcessHandle.current().pid())
                .orElseThrow(() -> new IOException("/proc does not show this process: is /proc mounted?")));
    }

    FencerChannel(LeaseFile files, BootClock clock, ProcessRef agent) throws IOException {
        this.files = files;
        this.clock = clock;
        this.agent = agent;
        this.bootId = clock.bootId();
        byte[] random = new byte[16];
        RANDOM.nextBytes(random);
        this.nonce = HexFormat.of().formatHex(random);
        this.previous = files.read().filter(found -> found.bootId().equals(bootId));
        this.lease = new FencerLease(bootId, nonce, 0, 0, agent, 0, 0, ProcessRef.NONE);
    }

    /** Names this start of the agent. */
    public String nonce() {
        return nonce;
    }

    /** The lease another start of the agent left in this boot; its deadline still binds (E16). Empty: none, or damaged. */
    public Optional<FencerLease> previous() {
        return previous;
    }

    /**
     * How long that lease still has, in milliseconds; not positive when it has ended. One of a container's life before this one is over:
     * its deadline was reckoned by a clock that has begun anew since, by which it might lie hours ahead.
     *
     * @throws IOException when the clock cannot be read
     */
    public long leftMs(FencerLease former) throws IOException {
        return former.agent().start() < clock.beganTicks() ? 0 : former.deadlineMs() - clock.millis();
    }

    /** What the fencer did in this boot, oldest first. */
    public List<String> fenced() throws IOException {
        return files.fenced().stream().filter(line -> line.contains(" boot_id=" + bootId + " ")).toList();
    }

    /**
     * Writes a deadline for the fencer; it is effective only once {@link #awaitArmed} confirms it.
     *
     * @param deadlineMs the lease's end on {@link BootClock}
     * @param validator  what to kill; at least its pid or its name
     * @throws IllegalArgumentException for a deadline that has passed or a validator without pid and name
     * @throws IOException when it could not be written: the identity must not be set
     */
    public synchronized void arm(long deadlineMs, ProcessRef validator) throws IOException {
        arm(deadlineMs, validator, 0, "");
    }

    /**
     * The same, with the lease's owner, for this agent's next start.
     *
     * @param epoch  of the lease; 0: unknown
     * @param hostId of this host; empty: unknown
     */
    public synchronized void arm(long deadlineMs, ProcessRef validator, long epoch, String hostId) throws IOException {
        if (validator.pid() <= 0 && validator.comm().isEmpty()) {
            throw new IllegalArgumentException("a fencer needs the validator's pid or its process name to kill it");
        }
        long now = clock.millis();
        if (deadlineMs <= now) {
            throw new IllegalArgumentException("the deadline " + deadlineMs + " has passed, it is " + now + " ms since boot");
        }
        write(new FencerLease(bootId, nonce, lease.seq() + 1, deadlineMs, agent, lease.commandPgid(), lease.commandStart(), validator,
                epoch, hostId));
    }

    /**
     * Names the process group of the command that runs now, so that a fence takes it along; {@link ProcessRef#NONE} when it has ended.
     *
     * @param leader the group's leader: a process started in a group or session of its own, never the agent's
     */
    public synchronized void command(ProcessRef leader) throws IOException {
        FencerLease next = new FencerLease(bootId, nonce, lease.seq() + 1, lease.deadlineMs(), agent, leader.pid(), leader.start(),
                lease.validator(), lease.epoch(), lease.hostId());
        if (next.deadlineMs() > 0) {
            write(next);
        } else {
            lease = new FencerLease(bootId, nonce, lease.seq(), 0, agent, leader.pid(), leader.start(), lease.validator());
        }
    }

    /** Lets the fencer rest: only after a verified demotion (E15). */
    public synchronized void disarm() throws IOException {
        write(new FencerLease(bootId, nonce, lease.seq() + 1, 0, agent, 0, 0, lease.validator()));
    }

    /** The fencer's answer, if it belongs to this boot, echoes the nonce and is not older than that. Ground of {@code fence_capable}. */
    public Optional<FencerReply> answered(String echoed, Duration maxAge) throws IOException {
        long now = clock.millis();
        return files.answer().filter(answer -> answer.bootId().equals(bootId) && answer.nonce().equals(echoed)
                && now - answer.atMs() <= maxAge.toMillis());
    }

    /** Some fencer of this boot has answered within that time, of whatever lease. */
    public boolean alive(Duration maxAge) throws IOException {
        long now = clock.millis();
        return files.answer().filter(answer -> answer.bootId().equals(bootId) && now - answer.atMs() <= maxAge.toMillis()).isPresent();
    }

    /**
     * Ground of {@code fence_capable}: a fencer of this boot has answered within that time, reports no problem, and is armed for the last
     * deadline written, if there is one.
     */
    public synchronized Says says(Duration maxAge) throws IOException {
        long now = clock.millis();
        FencerReply said = files.answer().filter(answer -> answer.bootId().equals(bootId) && now - answer.atMs() <= maxAge.toMillis())
                .orElse(null);
        if (said == null) {
            return new Says(false, null);
        }
        if (!said.problem().isEmpty()) {
            return new Says(false, "the fencer would not fence this host: " + said.problem() + " (" + remedy(said.problem()) + ")");
        }
        if (lease.deadlineMs() == 0) {
            return new Says(true, null);
        }
        boolean ours = said.nonce().equals(nonce) && said.armed();
        boolean newest = ours && said.seq() == lease.seq() && said.deadlineMs() == lease.deadlineMs();
        // What it has not seen yet moved the deadline on: by the one before, it would only act sooner.
        boolean before = ours && said.seq() < lease.seq() && now - writtenAtMs <= LAG.toMillis();
        boolean young = now - writtenAtMs <= LAG.toMillis() && lease.seq() == 1;
        return newest || before || young ? new Says(newest || before, null)
                : new Says(false, "the fencer would not fence this host: it is not armed for the lease that it was told (seq " + lease.seq()
                + ", deadline " + lease.deadlineMs() + "); see the log of failover-fencer.service");
    }

    private static String remedy(String problem) {
        switch (problem) {
            case "no_permission_for_validator":
            case "no_permission_for_agent":
                return "it lacks the right to kill that process: run it as root, or with CAP_KILL";
            case "validator_not_seen":
                return "the validator it was told of does not run, or it cannot see it in /proc";
            case "agent_not_seen":
                return "it cannot see this agent in /proc: does it run in another container?";
            case "agent_of_another_user":
            case "validator_of_another_user":
                return "it runs as a user whose processes this fencer does not kill: give the fencer --uid and that user's number"
                        + " (install.sh --validator-user)";
            case TOO_LONG:
                return "its --max-lease-ms is shorter than this lease: it is told a nearer deadline, again and again; start it without"
                        + " that option, or with this agent's version";
            case "lease_refused":
                return "the lease is older than the one it knows, or by another agent that does not run: do two agents use this lease_dir?"
                        + " See the log of failover-fencer.service";
            default:
                return "see the log of failover-fencer.service";
        }
    }

    /**
     * How far ahead the deadline last written lies, in milliseconds, where the fencer takes none so far: it stays armed for the one before,
     * and would act at that. 0: it reports no such refusal.
     */
    public synchronized long refusedAheadMs() throws IOException {
        long written = writtenAtMs;
        boolean refused = lease.deadlineMs() > 0 && files.answer().filter(answer -> answer.bootId().equals(bootId)
                && answer.atMs() >= written && answer.problem().equals(TOO_LONG)).isPresent();
        return refused ? Math.max(1, lease.deadlineMs() - written) : 0;
    }

    /**
     * Waits until the fencer has answered that it acts on the deadline last written. Blocks its thread, never an event loop's.
     *
     * @return false when it has not within the limit: the identity must not be set
     */
    public boolean awaitArmed(Duration limit) throws IOException {
        long end = System.nanoTime() + limit.toNanos();
        while (true) {
            if (armed()) {
                return true;
            }
            if (System.nanoTime() - end >= 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    private synchronized boolean armed() throws IOException {
        FencerLease told = lease;
        return told.deadlineMs() > clock.millis() && files.answer().filter(answer -> answer.bootId().equals(bootId)
                && answer.nonce().equals(nonce) && answer.seq() == told.seq() && answer.armed()
                && answer.deadlineMs() == told.deadlineMs()).isPresent();
    }

    private synchronized void write(FencerLease next) throws IOException {
        files.write(next);
        writtenAtMs = clock.millis();
        lease = next;
    }
}
