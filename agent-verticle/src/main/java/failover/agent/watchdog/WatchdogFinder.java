package failover.agent.watchdog;

import failover.agent.config.AgentConfig;
import failover.protocol.config.GoDuration;
import failover.protocol.lease.WatchdogTiming;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the watchdog that the settings name, and fails the start where it does not match them: a host that wrongly believes it has a
 * watchdog is worse off than one without. Reads, changes nothing.
 */
public final class WatchdogFinder {
    private static final Logger LOG = LoggerFactory.getLogger(WatchdogFinder.class);
    /** Where the kernel lists its watchdogs. */
    public static final Path CLASSES = Path.of("/sys/class/watchdog");
    private static final Pattern NAME = Pattern.compile("watchdog(\\d*)");

    private WatchdogFinder() {
    }

    /**
     * A watchdog that matches the settings.
     *
     * @param numbers W as systemd or the kernel has it, and D_w
     * @param feeder not open yet
     */
    public record Found(WatchdogTiming numbers, WatchdogDevice feeder) {
    }

    /**
     * Looks for it.
     *
     * @param environment of this process
     * @param pid of this process
     * @param classes {@code /sys/class/watchdog}
     * @return empty where none is wanted
     * @throws IOException when it is not there, or does not match the settings; the message is for the operator
     */
    public static Optional<Found> find(AgentConfig config, Map<String, String> environment, long pid, Path classes) throws IOException {
        AgentConfig.Watchdog wanted = config.watchdog();
        Optional<Duration> systemd = ofSystemd(environment, pid);
        switch (wanted.kind()) {
            case SYSTEMD:
                return Optional.of(systemd(wanted, systemd, environment));
            case DEVICE:
                refuseUnfed(systemd);
                if (config.dryRun()) {
                    LOG.info("[DRY-RUN] Would open the watchdog {}", wanted.device());
                    return Optional.empty();
                }
                return Optional.of(device(wanted, classes));
            default:
                refuseUnfed(systemd);
                return Optional.empty();
        }
    }

    /** W, if systemd watches this very process. */
    private static Optional<Duration> ofSystemd(Map<String, String> environment, long pid) throws IOException {
        String micros = environment.getOrDefault("WATCHDOG_USEC", "");
        String whose = environment.getOrDefault("WATCHDOG_PID", "");
        if (micros.isEmpty() || !whose.isEmpty() && !whose.equals(Long.toString(pid))) {
            return Optional.empty();
        }
        try {
            return Optional.of(Duration.ofNanos(Math.multiplyExact(Long.parseLong(micros), 1000L)));
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IOException("watchdog: WATCHDOG_USEC is no number of microseconds: " + micros, e);
        }
    }

    /** A process under a watchdog that sends no keepalives is killed every W, and the validator bound to it as well. */
    private static void refuseUnfed(Optional<Duration> systemd) throws IOException {
        if (systemd.isPresent()) {
            throw new IOException("watchdog: systemd watches this process (WatchdogSec=" + GoDuration.format(systemd.get())
                    + ") and would kill it, since watchdog is not \"systemd\"; set that, or remove the drop-in with WatchdogSec=");
        }
    }

    private static Found systemd(AgentConfig.Watchdog wanted, Optional<Duration> given, Map<String, String> environment)
            throws IOException {
        Duration timeout = given.orElseThrow(() -> new IOException("watchdog: systemd does not watch this process (WATCHDOG_USEC is "
                + text(environment, "WATCHDOG_USEC") + ", WATCHDOG_PID " + text(environment, "WATCHDOG_PID") + "); install the drop-in "
                + "of install.sh agent --watchdog (docs/fencer.md), or set watchdog to \"off\""));
        String socket = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (!socket.startsWith("/") && !socket.startsWith("@")) {
            throw new IOException("watchdog: NOTIFY_SOCKET is " + text(environment, "NOTIFY_SOCKET")
                    + ", and must be a path or begin with @; set NotifyAccess=main in the unit");
        }
        if (wanted.timeout().isPresent() && !wanted.timeout().get().equals(timeout)) {
            throw new IOException("watchdog_timeout is " + GoDuration.format(wanted.timeout().get()) + ", and systemd says WatchdogSec="
                    + GoDuration.format(timeout) + "; write the same, or leave watchdog_timeout out");
        }
        if (timeout.compareTo(WatchdogTiming.SHORTEST) < 0) {
            throw new IOException("watchdog: WatchdogSec=" + GoDuration.format(timeout) + " would fire on the pauses of a healthy process; "
                    + "set at least " + GoDuration.format(WatchdogTiming.SHORTEST));
        }
        LOG.warn("systemd kills this agent {} after its last keepalive, and nothing else: the validator goes with it only if its unit says "
                + "BindsTo= and After= of this agent's, which cannot be seen from here; within watchdog_stop_timeout ({}) it must be dead "
                + "(docs/fencer.md says how to try it)", GoDuration.format(timeout), GoDuration.format(wanted.stop()));
        return new Found(new WatchdogTiming(timeout, wanted.stop()), new SystemdWatchdog(socket));
    }

    private static Found device(AgentConfig.Watchdog wanted, Path classes) throws IOException {
        Path device = wanted.device().toRealPath();
        Matcher name = NAME.matcher(String.valueOf(device.getFileName()));
        if (!name.matches()) {
            throw new IOException("watchdog: " + wanted.device() + " leads to " + device + ", whose time-out cannot be told; name "
                    + "/dev/watchdog or /dev/watchdogN");
        }
        // The old name, /dev/watchdog, is that of the first one.
        Path about = classes.resolve("watchdog" + (name.group(1).isEmpty() ? "0" : name.group(1)));
        Duration kernel = Duration.ofSeconds(number(about.resolve("timeout")));
        Duration timeout = wanted.timeout().orElseThrow(() -> new IOException("watchdog_timeout is not set"));
        if (!kernel.equals(timeout)) {
            throw new IOException("watchdog_timeout is " + GoDuration.format(timeout) + ", and " + about.resolve("timeout") + " says "
                    + GoDuration.format(kernel) + "; set it before the agent starts: wdctl --settimeout " + Math.max(1, timeout.toSeconds())
                    + " " + device + ", or write \"" + GoDuration.format(kernel) + "\"");
        }
        if (Files.exists(about.resolve("nowayout")) && number(about.resolve("nowayout")) != 0) {
            LOG.warn("{} cannot be called off (nowayout): this host reboots {} after this agent ends, also after a stop in good order",
                    device, GoDuration.format(timeout));
        }
        return new Found(new WatchdogTiming(timeout, wanted.stop()), new HardwareWatchdog(device));
    }

    private static long number(Path file) throws IOException {
        try {
            return Long.parseLong(Files.readString(file).strip());
        } catch (NumberFormatException e) {
            throw new IOException("watchdog: " + file + " holds no number", e);
        } catch (IOException e) {
            throw new IOException("watchdog: its time-out cannot be read: " + e, e);
        }
    }

    private static String text(Map<String, String> environment, String name) {
        return environment.containsKey(name) ? environment.get(name) : "not set";
    }
}
