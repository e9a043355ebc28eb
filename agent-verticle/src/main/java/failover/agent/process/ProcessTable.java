package failover.agent.process;

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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the validator among the processes (OM0-12): matched by name exactly as {@code pgrep -x} does, zombies and helpers
 * ({@code agave-validator monitor}, {@code set-identity}) left out. Once found, one small file shows whether it still lives. Blocks for
 * microseconds, on a scan for milliseconds; one thread at a time.
 */
public final class ProcessTable {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessTable.class);
    /** What the kernel keeps of a name. */
    private static final int COMM_BYTES = 15;
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
    private final ValidatorUsers users;
    private final Uptime uptime;
    private Choice choice;
    private String strangerSaid = "";
    /** Something that belongs to a process could not be read, though the process may be there. */
    private boolean unreadable;
    /** Another life of the validator: one that is going down has closed its RPC port already, and may vote on; 0 when none is seen. */
    private long otherLife;

    /**
     * A table.
     *
     * @param proc {@code /proc}
     * @param name the validator's process name
     * @param rpcPort the port its JSON-RPC listens on, to tell it from others of its name
     * @param ledger its ledger, for the same; may be empty
     */
    public ProcessTable(Path proc, String name, int rpcPort, Optional<Path> ledger) {
        this.proc = proc;
        this.name = name;
        this.rpcPort = rpcPort;
        this.ledger = ledger;
        this.users = ValidatorUsers.of(proc, ledger);
        this.uptime = new Uptime(proc);
    }

    /** Who may be the validator; its {@link ValidatorUsers#refresh} is for a thread that may hang. */
    public ValidatorUsers users() {
        return users;
    }

    /**
     * Why an answer on the RPC port is not the validator's, or not the only one's: its command line names that port and another user's
     * process listens there, or an older process on the same ledger, without a port, still runs. Empty when it is the validator who does,
     * or who it is cannot be known: on another host, in another network namespace, behind a proxy on a port that the validator does not
     * name. Some tens of microseconds.
     *
     * @param host of {@code local_rpc}
     */
    public Optional<String> strangerOnRpcPort(String host, ProcessView validator) {
        if (otherLife != 0 && validator.running()) {
            return Optional.of("process " + otherLife + " runs on the same ledger as process " + validator.pid()
                + ", who answers: what it says is not what the other one signs with; see that process " + otherLife + " ends");
        }
        Optional<Long> stranger = SocketOwners.stranger(proc, host, rpcPort, users::trusts);
        if (stranger.isEmpty()) {
            return Optional.empty();
        }
        String words = "port " + rpcPort + " of " + host + " is held by user " + stranger.get() + ", who cannot be the validator";
        boolean named = Integer.toString(rpcPort).equals(option(arguments(validator.pid()), "--rpc-port"));
        if (!named && !words.equals(strangerSaid)) {
            strangerSaid = words;
            LOG.warn("{}; it is taken for a proxy, as the validator's command line does not name that port (--rpc-port)", words);
        }
        return named ? Optional.of(words + ": its answers are not believed") : Optional.empty();
    }

    /** The validator that was seen last listens on its RPC port itself. */
    public boolean validatorHoldsRpcPort() {
        return choice != null && choice.ownsRpcPort;
    }

    /** The validator's process as it is now. */
    public ProcessView look(long nanos) {
        if (choice != null) {
            Optional<ProcStat> now = ProcStat.read(proc, choice.stat.pid()).filter(choice::sameLife);
            if (now.isPresent() && (choice.ownsRpcPort || nanos - choice.atNanos < RESCAN.toNanos())) {
                return view(choice);
            }
        }
        unreadable = false;
        List<ProcStat> candidates = candidates();
        if (unreadable && candidates.isEmpty()) {
            // No file descriptor left, say: who cannot see the validator has not seen it dead.
            choice = null;
            return ProcessView.UNKNOWN;
        }
        choice = choose(candidates, nanos);
        if (choice == null) {
            return ProcessView.NOT_RUNNING;
        }
        if (unreadable) {
            return view(choice).uncertain();
        }
        if (choice.certain) {
            users.seen(choice.stat.pid());
        }
        return view(choice);
    }

    private Choice choose(List<ProcStat> candidates, long nanos) {
        otherLife = 0;
        if (candidates.isEmpty()) {
            return null;
        }
        if (candidates.size() == 1) {
            return new Choice(candidates.get(0), true, false, nanos);
        }
        Set<String> sockets = SocketOwners.listening(proc, rpcPort);
        List<ProcStat> owners = candidates.stream().filter(c -> SocketOwners.owns(proc, c.pid(), sockets)).toList();
        if (owners.size() == 1) {
            ProcStat owner = owners.get(0);
            otherLife = candidates.stream().filter(c -> c != owner && sameValidator(arguments(c.pid()), arguments(owner.pid())))
                .map(ProcStat::pid).findFirst().orElse(0L);
            return new Choice(owner, otherLife == 0, otherLife == 0, nanos);
        }
        List<ProcStat> rest = owners.isEmpty() ? candidates : owners;
        List<ProcStat> holders = rest.stream().filter(c -> holdsLedger(arguments(c.pid()))).toList();
        List<ProcStat> last = holders.isEmpty() ? rest : holders;
        return new Choice(last.stream().min(Comparator.comparingLong(ProcStat::startTicks)).orElseThrow(), false, false, nanos);
    }

    private List<ProcStat> candidates() {
        List<ProcStat> found = new ArrayList<>();
        for (long pid : ProcStat.pids(proc, this::cannotRead)) {
            if (commMatches(pid)) {
                ProcStat.read(proc, pid, this::cannotRead).filter(ProcStat::alive).filter(stat -> mayBeValidator(stat.pid()))
                    .filter(stat -> users.mayBe(stat.pid())).ifPresent(found::add);
            }
        }
        return found;
    }

    private void cannotRead() {
        unreadable = true;
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
        String given = ledgerOf(arguments);
        return given != null && Path.of(given).normalize().equals(ledger.get().normalize());
    }

    /** Two lives of one validator: of one ledger, and both started to be a validator. What else is of that ledger is a helper. */
    private static boolean sameValidator(List<String> one, List<String> other) {
        String given = option(one, "--identity") == null && option(one, "-i") == null ? null : ledgerOf(one);
        String others = ledgerOf(other);
        return given != null && others != null && Path.of(given).normalize().equals(Path.of(others).normalize());
    }

    /** As its command line names it; {@code null} when it does not. */
    private static String ledgerOf(List<String> arguments) {
        String given = option(arguments, "--ledger");
        return given == null ? option(arguments, "-l") : given;
    }

    /** The value of an option, as two words or one with {@code =}; {@code null} when it is not there. */
    private static String option(List<String> arguments, String name) {
        for (int i = 1; i < arguments.size(); i++) {
            if (arguments.get(i - 1).equals(name)) {
                return arguments.get(i);
            }
            if (arguments.get(i).startsWith(name + "=")) {
                return arguments.get(i).substring(name.length() + 1);
            }
        }
        return null;
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
        return new ProcessView(true, stat.pid(), stat.startTicks(), uptime.since(stat.startTicks()), chosen.certain);
    }

    private byte[] bytes(String file) {
        try {
            return Files.readAllBytes(proc.resolve(file));
        } catch (IOException e) {
            unreadable |= !ProcStat.gone(e);
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
