package failover.testbed.lab;

import failover.protocol.solana.Keypair;
import failover.protocol.solana.Pubkey;
import failover.testbed.Simulators;
import failover.testbed.link.LinkProxy;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;

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
    private static final Duration READY = Duration.ofSeconds(20);
    private static volatile Lab newest;

    private final String mark = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong(), 4);
    private final Map<String, String> environment =
        Map.of(Marked.NAME, mark + "-" + ProcessHandle.current().pid(), "MALLOC_ARENA_MAX", "2");
    private final Thread hook = new Thread(this::cleanUp, "lab-clean-up");
    private final Map<String, ManagedProcess> processes = new LinkedHashMap<>();
    private final Map<String, LinkProxy> links = new LinkedHashMap<>();
    private final Map<String, List<Consumer<JsonObject>>> changes = new LinkedHashMap<>();
    private final List<String> validatorOptions = new ArrayList<>();
    private String holder = "a";
    private int observers = 1;
    private boolean agents;
    private boolean manager;
    private boolean etcd;
    private Path directory;
    private String lastTails = "";
    private Vertx vertx;
    private Pubkey staked;
    private Pubkey voteAccount;

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
        observers = count;
        return this;
    }

    /** Further arguments for both validators: {@code validatorOptions("--agave", "4.2.0")}. */
    public Lab validatorOptions(String... arguments) {
        validatorOptions.addAll(List.of(arguments));
        return this;
    }

    /** Starts an agent beside each validator. */
    public Lab withAgents() {
        agents = true;
        return this;
    }

    /** Starts the agents and the manager. */
    public Lab withManager() {
        manager = true;
        return withAgents();
    }

    /** Starts etcd; the agents' backup and restore commands are then those of the original README. */
    public Lab withEtcd() {
        etcd = true;
        return this;
    }

    /** Changes the configuration of "agent-a", "agent-b" or "manager" before it is written. */
    public Lab configure(String program, Consumer<JsonObject> change) {
        changes.computeIfAbsent(program, key -> new ArrayList<>()).add(change);
        return this;
    }

    /** Starts everything and waits until the holder votes and every program listens. On failure everything is ended again. */
    public Lab start() {
        newest = this;
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            directory = Files.createTempDirectory("lab");
            vertx = Simulators.vertx();
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
        staked = keypair(directory.resolve("staked.json"));
        voteAccount = keypair(directory.resolve("vote-account.json"));
        Path shared = Files.createDirectory(directory.resolve("shared"));
        LabCluster cluster = startCluster();
        for (String name : List.of("a", "b")) {
            Files.createDirectories(directory.resolve(name).resolve("ledger"));
            startValidator(name, cluster);
        }
        if (etcd) {
            add("etcd", EtcdServer.in(directory, environment));
        }
        for (String name : List.of("a", "b")) {
            validator(name).awaitReady(READY);
        }
        if (!holder.isEmpty()) {
            validator(holder).setStaked(false).ok();
            judge().awaitVoter(holder, READY);
        }
        if (etcd) {
            etcd().awaitReady(READY);
        }
        if (agents) {
            startAgents(shared);
        }
        if (manager) {
            startManager();
        }
    }

    private static Pubkey keypair(Path file) throws IOException {
        Keypair pair = Keypair.generate();
        pair.write(file);
        return pair.pubkey();
    }

    private <P extends ManagedProcess> P add(String name, P process) {
        processes.put(name, process);
        process.start();
        return process;
    }

    private LinkProxy addLink(String name, int targetPort) {
        LinkProxy link = LinkProxy.open(vertx, Ports.free(), targetPort);
        links.put(name, link);
        return link;
    }

    private LabCluster startCluster() {
        List<Integer> ports = new ArrayList<>();
        List<String> arguments = new ArrayList<>(List.of("cluster", "--identity", staked.toString(), "--vote-account",
            voteAccount.toString()));
        for (int i = 0; i < observers; i++) {
            ports.add(Ports.free());
            arguments.addAll(List.of("--rpc-port", String.valueOf(ports.get(i))));
        }
        LabCluster cluster = add("cluster", new LabCluster(LabHome.testbed(arguments.toArray(String[]::new)), environment, directory,
            directory.resolve("cluster.log"), ports));
        Await.until("the cluster answers", READY, () -> cluster.slot() > 0, cluster::tail);
        return cluster;
    }

    private void startValidator(String name, LabCluster cluster) throws IOException {
        Path host = directory.resolve(name);
        String comm = "agave-" + name + "-" + mark;
        keypair(host.resolve("unstaked.json"));
        Files.createSymbolicLink(host.resolve("identity.json"), Path.of("unstaked.json"));
        Path cli = Files.createDirectory(host.resolve("bin")).resolve(comm);
        // Run through a link of that name, the CLI has the validator's process name, as Agave's own CLI does.
        Files.createSymbolicLink(cli, LabHome.root().resolve("testbed/bin/agave-validator"));
        LabValidator.Files files = new LabValidator.Files(host.resolve("ledger"), host.resolve("unstaked.json"),
            host.resolve("identity.json"), directory.resolve("staked.json"), cli);
        int port = Ports.free();
        List<String> arguments = new ArrayList<>(List.of("validator", "--name", name, "--ledger", files.ledger().toString(), "--identity",
            files.identity().toString(), "--authorized-voter", files.stakedKey().toString(), "--rpc-port", String.valueOf(port),
            "--comm", comm, "--cluster", addLink(name + "-cluster", cluster.port()).url(), "--judge", cluster.url()));
        arguments.addAll(validatorOptions);
        add(name, new LabValidator(name, LabHome.testbed(arguments.toArray(String[]::new)), environment, host,
            host.resolve("validator.log"), files, comm, port, staked));
    }

    private void startAgents(Path shared) throws IOException {
        Map<String, Integer> ports = Map.of("a", Ports.free(), "b", Ports.free());
        Map<String, String> peers = Map.of("a", addLink("a-b", ports.get("b")).url(), "b", addLink("b-a", ports.get("a")).url());
        for (String name : List.of("a", "b")) {
            addLink("manager-" + name, ports.get(name));
            Path host = directory.resolve(name);
            JsonObject json = LabConfig.agent(validator(name), staked, ports.get(name), peers.get(name), name.equals(holder), host, shared);
            if (etcd) {
                LabConfig.etcd(json, validator(name), staked, etcd().endpoint());
            }
            addProgram("agent-" + name, "agent", host, json, "http://127.0.0.1:" + ports.get(name));
        }
        agent("a").awaitListening(READY);
        agent("b").awaitListening(READY);
    }

    private void startManager() throws IOException {
        int port = Ports.free();
        String active = "b".equals(holder) ? "b" : "a";
        String rpc = addLink("manager-cluster", cluster().port()).url();
        JsonObject json = LabConfig.manager(link("manager", active).url(), link("manager", "a".equals(active) ? "b" : "a").url(), rpc,
            port, directory);
        addProgram("manager", "manager", directory, json, "http://127.0.0.1:" + port).awaitListening(READY);
    }

    private LabProgram addProgram(String name, String program, Path host, JsonObject json, String url) throws IOException {
        changes.getOrDefault(name, List.of()).forEach(change -> change.accept(json));
        Path config = host.resolve(program + ".json");
        Files.writeString(config, json.encodePrettily());
        return add(name, new LabProgram(name, LabHome.program(program, "--config", config.toString()), environment, host,
            host.resolve(program + ".log"), config, url));
    }

    /** Any process by name: "cluster", "a", "b", "agent-a", "agent-b", "manager", "etcd". */
    public ManagedProcess process(String name) {
        ManagedProcess process = processes.get(name);
        if (process == null) {
            throw new IllegalArgumentException("this lab has no " + name + ", only " + processes.keySet());
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

    /** The manager. */
    public LabProgram manager() {
        return (LabProgram) process("manager");
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
        LinkProxy link = links.get(from + "-" + to);
        if (link == null) {
            throw new IllegalArgumentException("this lab has no link " + from + "-" + to + ", only " + links.keySet());
        }
        return link;
    }

    /** The staked identity. */
    public Pubkey staked() {
        return staked;
    }

    /** Its vote account. */
    public Pubkey voteAccount() {
        return voteAccount;
    }

    /** Where everything is: HOST/ledger, HOST/agent.json, HOST/*.log. */
    public Path directory() {
        return directory;
    }

    /** Processes of this lab that live now, found by their mark: also grandchildren nobody waits for. */
    public List<Long> living() {
        return Marked.find(environment.get(Marked.NAME));
    }

    /** The last lines of every log. */
    public String tails() {
        StringBuilder tails = new StringBuilder("=== lab ").append(mark).append(" ===");
        processes.values().forEach(process -> tails.append(process.tail()));
        return tails.toString();
    }

    /** What {@link #tails} says of the lab started last, or said when it was closed: for the report of a test that failed. */
    public static String newestTails() {
        Lab lab = newest;
        return lab == null ? "no lab was started" : lab.directory == null ? lab.lastTails : lab.tails();
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
    private synchronized boolean cleanUp() {
        if (directory == null) {
            return false;
        }
        lastTails = tails();
        Marked.killAll(environment.get(Marked.NAME));
        links.values().forEach(LinkProxy::close);
        vertx.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            System.err.println("the lab's directory " + directory + " could not be deleted: " + e);
        }
        directory = null;
        return true;
    }
}
