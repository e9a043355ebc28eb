package failover.agent;

import failover.agent.decision.ProcessView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the validator among the processes (OM0-12): matched by name exactly as {@code pgrep -x} does, zombies and helpers
 * ({@code agave-validator monitor}, {@code set-identity}) left out. Once found, one small file tells whether it still lives.
 * Blocks for microseconds, on a scan for milliseconds; one thread at a time.
 */
final class ProcessTable {
    /** What the kernel keeps of a name. */
    private static final int COMM_BYTES = 15;
    private static final long TICKS_PER_SECOND = 100;
    /** A choice that is not the owner of the RPC port is looked at again after this: the true validator may have started since. */
    private static final Duration RESCAN = Duration.ofSeconds(2);
    private static final Set<String> HELPERS = Set.of("monitor", "set-identity", "authorized-voter", "exit", "contact-info",
        "wait-for-restart-window", "help", "init", "plugin", "manage-block-production", "repair-shred-from-peer", "repair-whitelist",
        "set-log-filter", "set-public-address", "staked-nodes-overrides", "blockstore", "set-identity-from-bytes", "--version", "--help",
        "-V", "-h");

    private final Path proc;
    private final String name;
    private final int rpcPort;
    private final Optional<Path> ledger;
    private Choice choice;

    /**
     * A table.
     *
     * @param proc {@code /proc}
     * @param name the validator's process name
     * @param rpcPort the port its JSON-RPC listens on, to tell it from others of its name
     * @param ledger its ledger, for the same; may be empty
     */
    ProcessTable(Path proc, String name, int rpcPort, Optional<Path> ledger) {
        this.proc = proc;
        this.name = name;
        this.rpcPort = rpcPort;
        this.ledger = ledger;
    }

    /** The validator's process as it is now. */
    ProcessView look(long nanos) {
        if (choice != null) {
            Optional<ProcStat> now = ProcStat.read(proc, choice.stat.pid()).filter(choice::sameLife);
            if (now.isPresent() && (choice.ownsRpcPort || nanos - choice.atNanos < RESCAN.toNanos())) {
                return view(choice);
            }
        }
        choice = choose(candidates(), nanos);
        return choice == null ? ProcessView.NOT_RUNNING : view(choice);
    }

    private Choice choose(List<ProcStat> candidates, long nanos) {
        if (candidates.isEmpty()) {
            return null;
        }
        if (candidates.size() == 1) {
            return new Choice(candidates.get(0), true, false, nanos);
        }
        Set<String> sockets = SocketOwners.listening(proc, rpcPort);
        List<ProcStat> owners = candidates.stream().filter(c -> SocketOwners.owns(proc, c.pid(), sockets)).toList();
        if (owners.size() == 1) {
            return new Choice(owners.get(0), true, true, nanos);
        }
        List<ProcStat> rest = owners.isEmpty() ? candidates : owners;
        List<ProcStat> holders = rest.stream().filter(c -> holdsLedger(arguments(c.pid()))).toList();
        List<ProcStat> last = holders.isEmpty() ? rest : holders;
        return new Choice(last.stream().min(Comparator.comparingLong(ProcStat::startTicks)).orElseThrow(), false, false, nanos);
    }

    private List<ProcStat> candidates() {
        List<ProcStat> found = new ArrayList<>();
        for (long pid : ProcStat.pids(proc)) {
            if (commMatches(pid)) {
                ProcStat.read(proc, pid).filter(ProcStat::alive).filter(stat -> mayBeValidator(stat.pid())).ifPresent(found::add);
            }
        }
        return found;
    }

    private boolean commMatches(long pid) {
        byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(wanted.length, COMM_BYTES);
        byte[] comm = bytes(pid + "/comm");
        int end = comm.length > 0 && comm[comm.length - 1] == '\n' ? comm.length - 1 : comm.length;
        return end == length && java.util.Arrays.equals(comm, 0, end, wanted, 0, length);
    }

    private boolean mayBeValidator(long pid) {
        List<String> arguments = arguments(pid);
        if (isHelper(arguments)) {
            return false;
        }
        boolean longer = name.getBytes(StandardCharsets.UTF_8).length > COMM_BYTES;
        return !longer || arguments.isEmpty() || baseName(arguments.get(0)).equals(name);
    }

    /** A helper's name stands where a subcommand does: not as the value of an option. In doubt it is no helper. */
    private static boolean isHelper(List<String> arguments) {
        for (int i = 1; i < arguments.size(); i++) {
            String before = arguments.get(i - 1);
            boolean value = i > 1 && before.startsWith("-") && !before.contains("=");
            if (HELPERS.contains(arguments.get(i)) && !value) {
                return true;
            }
        }
        return false;
    }

    private boolean holdsLedger(List<String> arguments) {
        if (ledger.isEmpty()) {
            return false;
        }
        Path wanted = ledger.get().normalize();
        for (int i = 1; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            boolean option = arguments.get(i - 1).equals("--ledger") || arguments.get(i - 1).equals("-l");
            String value = option ? argument : argument.startsWith("--ledger=") ? argument.substring("--ledger=".length()) : null;
            if (value != null && Path.of(value).normalize().equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    private static String baseName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private List<String> arguments(long pid) {
        String text = new String(bytes(pid + "/cmdline"), StandardCharsets.UTF_8);
        return text.isEmpty() ? List.of() : List.of(text.split("\0"));
    }

    private ProcessView view(Choice chosen) {
        ProcStat stat = chosen.stat;
        return new ProcessView(true, stat.pid(), stat.startTicks(), uptime(stat.startTicks()), chosen.certain);
    }

    private Duration uptime(long startTicks) {
        String text = new String(bytes("uptime"), StandardCharsets.US_ASCII);
        int blank = text.indexOf(' ');
        try {
            double seconds = Double.parseDouble(blank < 0 ? text : text.substring(0, blank));
            return Duration.ofMillis(Math.max(0, Math.round(seconds * 1000) - startTicks * 1000 / TICKS_PER_SECOND));
        } catch (NumberFormatException e) {
            return Duration.ZERO;
        }
    }

    private byte[] bytes(String file) {
        try {
            return Files.readAllBytes(proc.resolve(file));
        } catch (IOException e) {
            return new byte[0];
        }
    }

    /** The process taken for the validator, remembered by pid and start. */
    private record Choice(ProcStat stat, boolean certain, boolean ownsRpcPort, long atNanos) {
        boolean sameLife(ProcStat now) {
            return now.alive() && now.startTicks() == stat.startTicks() && now.comm().equals(stat.comm());
        }
    }
}
