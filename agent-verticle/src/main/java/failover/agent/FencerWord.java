package failover.agent;

import failover.agent.decision.Hold;
import failover.agent.fence.BootClock;
import failover.agent.fence.FencerLink;
import failover.agent.fence.Lease;
import failover.agent.fence.LeaseFile;
import failover.agent.fence.ProcessRef;
import failover.protocol.Now;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the dead-man tells the fencer, and the lease file that a restarted agent reads (E4, E16). The file is written also where no fencer
 * runs: it is what makes a quick restart of the agent harmless. Blocking, microseconds; {@link #awaitArmed} longer. Any thread.
 */
final class FencerWord {
    private static final Logger LOG = LoggerFactory.getLogger(FencerWord.class);
    private static final Duration LATELY = Duration.ofSeconds(3);
    private final FencerLink link;
    private final BootClock clock = BootClock.system();
    private final String processName;
    private final String trouble;
    private final Optional<Watchdog> watchdog;
    private volatile ProcessRef validator;
    private volatile boolean capable;
    private volatile boolean everArmed;
    private boolean troubleSaid;

    /**
     * The word with the fencer that watches that directory; where the directory cannot be used, there is no fencer, and a restarted agent
     * finds no lease.
     *
     * @param directory the fencer's {@code --dir}
     * @param watchdog stands in the fencer's place: then it is asked, and the file is for the agent's next start alone
     */
    FencerWord(Path directory, String processName, Optional<Watchdog> watchdog) {
        this.watchdog = watchdog;
        this.processName = processName;
        this.validator = new ProcessRef(0, 0, processName, "");
        FencerLink opened = null;
        String why = null;
        try {
            Files.createDirectories(directory);
            if (!Files.isWritable(directory)) {
                throw new IOException(directory + " is not writable for this user");
            }
            opened = new FencerLink(new LeaseFile(directory), clock);
            for (String line : opened.fenced()) {
                LOG.warn("The fencer fenced this host in this boot: {}", line);
            }
        } catch (IOException e) {
            why = e.toString();
            LOG.warn("lease_dir: {}: no fencer can stand behind this host, and an active agent that restarts demotes its validator", why);
        }
        this.link = opened;
        this.trouble = why;
    }

    /** What is left of the fencer's deadline that an earlier start in this boot left; {@code null} when none (E16). */
    Duration left() {
        if (link == null) {
            return null;
        }
        Optional<Lease> previous = link.previous().filter(lease -> lease.deadlineMs() > 0);
        try {
            long now = clock.millis();
            return previous.map(lease -> Duration.ofMillis(lease.deadlineMs() - now)).orElse(null);
        } catch (IOException e) {
            return null;
        }
    }

    /** The validator's process as it was seen last. */
    void validator(long pid) {
        if (pid <= 0) {
            validator = new ProcessRef(0, 0, processName, "");
        } else if (pid != validator.pid()) {
            validator = ProcessRef.of(pid).orElse(new ProcessRef(0, 0, processName, ""));
        }
    }

    /** Names the session of the command that runs now, so that a fence takes it along; 0: it has ended. */
    void command(long leader) {
        if (link == null) {
            return;
        }
        try {
            link.command(leader <= 0 ? ProcessRef.NONE : ProcessRef.of(leader).orElse(ProcessRef.NONE));
        } catch (IOException e) {
            LOG.warn("The fencer does not know of the command that runs: {}", e.getMessage());
        }
    }

    /** Writes the deadline down, or that there is none. */
    void tell(Hold hold, Now now) {
        if (link == null) {
            return;
        }
        try {
            if (hold != null && !hold.ended(now)) {
                link.arm(clock.millis() + hold.left(now).plus(Hold.toldLater(hold.fence())).toMillis(), validator);
                everArmed = true;
            } else if (hold == null && everArmed) {
                // What an earlier start armed stays armed until this one has taken it over: an agent that has lost its memory knows of no
                // lease, and its validator may carry the identity all the same.
                link.disarm();
            }
            troubleSaid = false;
        } catch (IOException | IllegalArgumentException e) {
            if (!troubleSaid) {
                troubleSaid = true;
                LOG.error("The lease cannot be written for the fencer: {}", e.getMessage());
            }
        }
    }

    /** Reads the fencer's answer, or asks the watchdog; true when {@link #capable} has changed. */
    boolean look() {
        boolean now = false;
        try {
            now = watchdog.isPresent() ? watchdog.get().capable()
                : link != null && (link.answered(link.nonce(), LATELY).isPresent() || !everArmed && link.alive(LATELY));
        } catch (IOException e) {
            LOG.debug("The fencer's answer cannot be read: {}", e.toString());
        }
        boolean changed = now != capable;
        capable = now;
        return changed;
    }

    /** A fencer has answered within the last seconds, or the watchdog has taken a keepalive. */
    boolean capable() {
        return capable;
    }

    /**
     * Why fencer or watchdog would not act on the lease as it stands; {@code null} when the fencer has answered that it would, or the
     * watchdog is fed. Blocks up to the limit.
     */
    String awaitArmed(Duration limit) {
        if (watchdog.isPresent()) {
            return watchdog.get().capable() ? null : "it has taken no keepalive lately";
        }
        if (link == null) {
            return trouble;
        }
        try {
            if (!capable && !link.alive(LATELY)) {
                return "no fencer answers in the lease_dir; is failover-fencer.service running?";
            }
            return link.awaitArmed(limit) ? null : "it has not answered within " + limit.toMillis() + " ms";
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}
