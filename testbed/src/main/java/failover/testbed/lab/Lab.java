package failover.testbed.lab;

import failover.protocol.solana.Pubkey;
import failover.testbed.link.LinkProxy;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A pair of validators on one machine, made of real processes: cluster, validators "a" and "b", and on request agents, manager and etcd.
 * <pre>
 * try (Lab lab = Lab.create().withManager().start()) {
 *     lab.validator("a").crash();
 *     lab.judge().awaitVoter("b", Duration.ofSeconds(10));
 *     assertTrue(lab.judge().clean(), lab.judge()::text);
 * }
 * </pre>
 * Every process and the directory are gone after {@link #close}, also when the JVM is interrupted. One thread uses a lab.
 */
public final class Lab implements AutoCloseable {
    private static final Duration READY = Duration.ofSeconds(60);
    private enum Option {
        AGENTS, FENCER, MANAGER, ETCD, APART
    }

    private static final AtomicReference<Lab> NEWEST = new AtomicReference<>();

    private final Thread hook = new Thread(this::cleanUp, "lab-clean-up");
    private final Map<String, List<Consumer<JsonObject>>> changes = new LinkedHashMap<>();
    private final Map<String, Supplier<List<String>>> supervisors = new LinkedHashMap<>();
    private final Map<String, Path> builds = new LinkedHashMap<>();
    private final List<String> validatorOptions = new ArrayList<>();
    private final Set<String> originals = new HashSet<>();
    private String holder = "a";
    private final Set<Option> wanted = EnumSet.noneOf(Option.class);
    private final List<Integer> observers = new ArrayList<>(List.of(Ports.free()));
    private final AtomicReference<LabParts> parts = new AtomicReference<>();
    private String mark = "";
    private volatile String lastTails = "";

    private Lab() {
    }

    /** A lab to be configured and started. */
    public static Lab create() {
        return new Lab();
    }

    /** Who carries the staked identity at the start: "a" (default), "b", or "" for nobody. */
    public Lab holder(String name) {
        holder = name;
        return this;
    }

    /** How many RPC endpoints the cluster has; the manager uses the first unless its configuration is changed. */
    public Lab observers(int count) {
        while (observers.size() < count) {
            observers.add(Ports.free());
        }
        return this;
    }

    /** Further arguments for both validators: {@code validatorOptions("--agave", "4.2.0")}. */
    public Lab validatorOptions(String... arguments) {
        validatorOptions.addAll(List.of(arguments));
        return this;
    }

    /** Starts an agent beside each validator. */
    public Lab withAgents() {
        wanted.add(Option.AGENTS);
        return this;
    }

    /** Starts agents, and before them a fencer on each host, with its default times, on that host's own lease_dir. */
    public Lab withFencer() {
        wanted.add(Option.FENCER);
        return withAgents();
    }

    /** Starts the agents and the manager. */
    public Lab withManager() {
        wanted.add(Option.MANAGER);
        return withAgents();
    }

    /** Runs a stand-in for the original's program instead of ours: "agent-a", "agent-b" or "manager" (which then answers nothing). */
    public Lab original(String program) {
        originals.add(program);
        return this;
    }

    /** Starts etcd; the agents' backup and restore commands are then those of the original README. */
    public Lab withEtcd() {
        wanted.add(Option.ETCD);
        return this;
    }

    /** Puts each host in a network namespace of its own, where packets may vanish; see {@link Network#refusal} and {@link #network}. */
    public Lab apart() {
        wanted.add(Option.APART);
        return this;
    }

    /** Changes the configuration of "agent-a", "agent-b" or "manager" before it is written. */
    public Lab configure(String program, Consumer<JsonObject> change) {
        changes.computeIfAbsent(program, key -> new ArrayList<>()).add(change);
        return this;
    }

    /**
     * Starts "agent-a", "agent-b", "fencer-a", "fencer-b" or a validator, "a" or "b", by another program, its command appended to that
     * one's; asked for when the process is about to start, an agent's when the validators run. It is started in its host's directory.
     */
    public Lab under(String program, Supplier<List<String>> supervisor) {
        supervisors.put(program, supervisor);
        return this;
    }

    /**
     * Takes "agent-a", "agent-b", "fencer-a", "fencer-b" or "manager" from the dist/ of another build from its next start on;
     * {@code null}: from this one.
     */
    public Lab build(String program, Path dist) {
        LabParts now = parts.get();
        if (now == null) {
            builds.put(program, dist);
        } else {
            now.build(program, dist);
        }
        return this;
    }

    /** Starts everything and waits until the holder votes and every program listens. On failure everything is ended again. */
    public Lab start() {
        NEWEST.set(this);
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            LabParts fresh = LabParts.create(wanted.contains(Option.APART), originals);
            builds.forEach(fresh::build);
            parts.set(fresh);
            mark = fresh.mark();
            begin();
            return this;
        } catch (IOException e) {
            close();
            throw new UncheckedIOException("the lab cannot start", e);
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private void begin() throws IOException {
        parts().cluster(observers);
        for (String name : List.of("a", "b")) {
            parts().validator(name, validatorOptions, supervisors.getOrDefault(name, List::of).get());
        }
        if (wanted.contains(Option.ETCD)) {
            parts().etcd();
        }
        for (String name : List.of("a", "b")) {
            validator(name).awaitReady(READY);
        }
        if (!holder.isEmpty()) {
            validator(holder).setStaked(false).ok();
            judge().awaitVoter(holder, READY);
        }
        if (wanted.contains(Option.ETCD)) {
            etcd().awaitReady(READY);
        }
        if (wanted.contains(Option.AGENTS)) {
            if (wanted.contains(Option.FENCER)) {
                parts().fencers(supervisors);
            }
            parts().agents(holder, changes, supervisors);
        }
        if (wanted.contains(Option.MANAGER)) {
            parts().manager(holder, changes);
        }
    }

    /**
     * Puts cluster, validators and links back to the start, for the next test on the same lab: faults and links cleared, dead processes
     * started again, the identity back at the holder, the other's tower removed, the judge's memory wiped. Agents and manager
     * are left alone.
     */
    public Lab reset() {
        heal();
        cluster().fault("clear");
        for (String name : List.of("a", "b")) {
            LabValidator validator = validator(name);
            validator.resume();
            if (!validator.alive()) {
                validator.start();
            }
            validator.awaitReady(READY).fault("clear");
            if (!name.equals(holder)) {
                validator.setUnstaked().ok();
                validator.forgetTower();
            }
        }
        if (!holder.isEmpty()) {
            if (!validator(holder).staked()) {
                validator(holder).setStaked(false).ok();
            }
            judge().awaitVotesFrom(holder, READY);
        }
        judge().reset();
        return this;
    }

    /** Any process by name: "cluster", "a", "b", "agent-a", "agent-b", "fencer-a", "fencer-b", "manager", "etcd". */
    public ManagedProcess process(String name) {
        ManagedProcess process = parts().processes().get(name);
        if (process == null) {
            throw new IllegalArgumentException("this lab has no " + name + ", only " + parts().processes().keySet());
        }
        return process;
    }

    /** The validator "a" or "b". */
    public LabValidator validator(String name) {
        return (LabValidator) process(name);
    }

    /** The agent beside the validator "a" or "b". */
    public LabProgram agent(String name) {
        return (LabProgram) process("agent-" + name);
    }

    /** The fencer of {@link #withFencer} on the host "a" or "b"; its output tells what it did. */
    public ManagedProcess fencer(String name) {
        return process("fencer-" + name);
    }

    /** The manager. */
    public LabProgram manager() {
        return (LabProgram) process("manager");
    }

    /** Starts a second manager with a copy of the first one's file, and a state directory of its own. */
    public LabProgram startSecondManager() {
        try {
            return parts().secondManager();
        } catch (IOException e) {
            throw new UncheckedIOException("the second manager", e);
        }
    }

    /** The cluster. */
    public LabCluster cluster() {
        return (LabCluster) process("cluster");
    }

    /** The etcd of {@link #withEtcd}. */
    public EtcdServer etcd() {
        return (EtcdServer) process("etcd");
    }

    /** The judge of every vote. */
    public JudgeClient judge() {
        return new JudgeClient(cluster().url());
    }

    /** Who connects, and to whom: "manager" to "a", "b" or "cluster"; "a" to "b" or "cluster"; "b" to "a" or "cluster". */
    public LinkProxy link(String from, String to) {
        LinkProxy link = parts().links().get(from + "-" + to);
        if (link == null) {
            throw new IllegalArgumentException("this lab has no link " + from + "-" + to + ", only " + parts().links().keySet());
        }
        return link;
    }

    /** Between the hosts of a lab that is {@link #apart}. */
    public Network network() {
        return parts().network();
    }

    /** Mends all links, or the network. */
    public void heal() {
        parts().heal();
    }

    /** The staked identity. */
    public Pubkey staked() {
        return parts().staked();
    }

    /** Its vote account. */
    public Pubkey voteAccount() {
        return parts().voteAccount();
    }

    /** Where everything is: HOST/ledger, HOST/agent.json, HOST/*.log. */
    public Path directory() {
        return parts().directory();
    }

    /** Processes of this lab that live now, found by their mark: also grandchildren nobody waits for. */
    public List<Long> living() {
        return Marked.find(mark);
    }

    /** SIGSTOP to every process of that host ("a" or "b"), commands and guard too, as if its machine stood still; its clocks go on. */
    public void suspendHost(String host) {
        // Twice: one of them may have been starting another.
        signalHost(host, "STOP");
        signalHost(host, "STOP");
    }

    /** SIGCONT to them. */
    public void resumeHost(String host) {
        signalHost(host, "CONT");
    }

    private void signalHost(String host, String signal) {
        List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
        Marked.find(Marked.HOST, parts().hostMark(host)).forEach(pid -> command.add(String.valueOf(pid)));
        if (command.size() > 2) {
            BashRunner.run(command);
        }
    }

    /** The last lines of every log. */
    public String tails() {
        return parts().tails();
    }

    /** What {@link #tails} says of the lab started last, or said when it was closed: for the report of a test that failed. */
    public static String newestTails() {
        Lab lab = NEWEST.get();
        return lab == null ? "no lab was started" : lab.parts.get() == null ? lab.lastTails : lab.tails();
    }

    @Override
    public void close() {
        if (cleanUp()) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException ignored) {
                // The JVM is ending and will run it once more, which does nothing.
            }
        }
    }

    /** Ends every process before the directory goes; true the first time. */
    private boolean cleanUp() {
        LabParts ending = parts.getAndSet(null);
        if (ending == null) {
            return false;
        }
        lastTails = ending.tails();
        ending.end();
        return true;
    }

    private LabParts parts() {
        LabParts now = parts.get();
        if (now == null) {
            throw new IllegalStateException("this lab is not started, or closed");
        }
        return now;
    }
}
