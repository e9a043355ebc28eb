package failover.agent.config;

import failover.agent.config.AgentConfig.Watchdog;
import failover.agent.config.AgentConfig.WatchdogKind;
import failover.agent.decision.AgentOptions.Fencing;
import failover.protocol.config.GoDuration;
import failover.protocol.config.SettingsReader;
import failover.protocol.lease.WatchdogTiming;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The keys of the watchdog, as far as they can be judged without systemd and the kernel. Pure. */
final class WatchdogSettings {
    /** What the drop-ins of deploy/systemd leave a validator: 0.3 s of SIGTERM, two timers of systemd each 0.25 s late, and a margin. */
    private static final Duration SYSTEMD_STOP = Duration.ofSeconds(1);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private WatchdogSettings() {
    }

    static Watchdog read(SettingsReader in, Fencing fencing) {
        String which = in.parsed("watchdog", "off", WatchdogSettings::which);
        WatchdogKind kind = which.startsWith("/") ? WatchdogKind.DEVICE
                : which.equals("systemd") ? WatchdogKind.SYSTEMD : WatchdogKind.OFF;
        Optional<Duration> timeout = in.duration("watchdog_timeout", kind == WatchdogKind.SYSTEMD ? "what systemd says" : "none");
        Duration stop = in.duration("watchdog_stop_timeout", kind == WatchdogKind.SYSTEMD ? SYSTEMD_STOP : Duration.ZERO);
        if (kind == WatchdogKind.OFF) {
            unused(in, "watchdog_timeout");
            unused(in, "watchdog_stop_timeout");
        } else if (fencing == Fencing.OFF) {
            in.problem(in.where("watchdog"), "watchdog", which, "contradicts fencing \"off\", by which nobody ends what this agent cannot; "
                    + "set fencing to \"required\" or \"best_effort\"");
        }
        if (kind == WatchdogKind.DEVICE && timeout.isEmpty() && !in.isSet("watchdog_timeout")) {
            in.problem(in.where("watchdog"), "watchdog_timeout", "", "is needed for a device: the seconds that "
                    + "/sys/class/watchdog/watchdogN/timeout says; \"wdctl --settimeout N " + which + "\" sets them");
        }
        timeout.ifPresent(given -> within(in, given, kind));
        return new Watchdog(kind, kind == WatchdogKind.DEVICE ? Path.of(which) : null, timeout, stop);
    }

    private static void within(SettingsReader in, Duration given, WatchdogKind kind) {
        Duration least = kind == WatchdogKind.DEVICE ? SECOND : WatchdogTiming.SHORTEST;
        String why = given.compareTo(least) < 0 ? "must be at least " + GoDuration.format(least)
                : given.compareTo(WatchdogTiming.LONGEST) > 0 ? "must be at most " + GoDuration.format(WatchdogTiming.LONGEST)
                : kind == WatchdogKind.DEVICE && given.getNano() != 0 ? "must be whole seconds: the kernel counts in those" : null;
        if (why != null) {
            in.problem(in.where("watchdog_timeout"), "watchdog_timeout", GoDuration.format(given), why);
        }
    }

    private static void unused(SettingsReader in, String key) {
        if (in.isSet(key)) {
            in.warn(key + " has no effect while watchdog is \"off\"");
        }
    }

    private static String which(String text) {
        if (text.equals("off") || text.equals("systemd") || text.startsWith("/")) {
            return text;
        }
        throw new IllegalArgumentException("must be \"off\", \"systemd\" or a device, for example \"/dev/watchdog0\"");
    }
}
