package failover.testbed.lab;

import failover.protocol.solana.Keypair;
import failover.protocol.solana.Pubkey;
import failover.testbed.link.LinkProxy;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What a started lab consists of: makes each part, knows where all are, and ends them. {@link Lab} is the face. */
final class LabParts {
    private static final Duration READY = Duration.ofSeconds(60);

    private final Map<String, ManagedProcess> processes = new LinkedHashMap<>();
    private final Map<String, Supplier<List<String>>> supervisors = new LinkedHashMap<>();
    private final Map<String, Path> builds = new LinkedHashMap<>();
    private final Map<String, Function<Path, List<String>>> commands = new LinkedHashMap<>();
    private final Map<String, String> endpoints = new LinkedHashMap<>();
    private final String id = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong(), 4);
    private final String mark = id + "-" + ProcessHandle.current().pid();
    private final Map<String, String> environment = Map.of(Marked.NAME, mark, "MALLOC_ARENA_MAX", "2");
    private final Set<String> originals;
    private final Path directory;
    private final Wiring wiring;
    private final Pubkey staked;
    private final Pubkey voteAccount;

    private LabParts(Path directory, boolean apart, Set<String> originals) throws IOException {
        this.originals = Set.copyOf(originals);
        this.directory = directory;
        this.wiring = apart ? new Apart(mark, this::further) : new Loopback();
        this.staked = keypair(directory.resolve("staked.json"));
        this.voteAccount = keypair(directory.resolve("vote-account.json"));
    }

    /** With each host in a network namespace of its own, or all of them on loopback; those programs are stand-ins for the original's. */
    static LabParts create(boolean apart, Set<String> originals) throws IOException {
        return new LabParts(Files.createTempDirectory("lab"), apart, originals);
    }

    Map<String, ManagedProcess> processes() {
        return processes;
    }

    /** The proxies between the hosts; none in namespaces. */
    Map<String, LinkProxy> links() {
        return wiring instanceof Loopback loopback ? loopback.links() : Map.of();
    }

    Network network() {
        if (wiring instanceof Apart apart) {
            return apart.network();
        }
        throw new IllegalStateException("this lab is not in network namespaces, see Lab.apart()");
    }

    void heal() {
        wiring.heal();
    }

    String mark() {
        return mark;
    }

    Path directory() {
        return directory;
    }

    Pubkey staked() {
        return staked;
    }

    Pubkey voteAccount() {
        return voteAccount;
    }

    void etcd() {
        add("etcd", EtcdServer.in(directory, environment));
    }

    private static Pubkey keypair(Path file) throws IOException {
        Keypair pair = Keypair.generate();
        pair.write(file);
        return pair.pubkey();
    }

    <P extends ManagedProcess> P add(String name, P process) {
        processes.put(name, process);
        process.start();
        return process;
    }

    private void further(String name, List<String> command) {
        add(name, new ManagedProcess(name, command, environment, directory, directory.resolve(name + ".log")));
    }

    void cluster(List<Integer> ports) {
        List<String> arguments = new ArrayList<>(List.of("cluster", "--host", wiring.listen(), "--identity", staked.toString(),
            "--vote-account", voteAccount.toString()));
        ports.forEach(port -> arguments.addAll(List.of("--rpc-port", String.valueOf(port))));
        // Nobody waits for it: the validators, which start meanwhile, connect when it is there.
        add("cluster", new LabCluster(wiring.on("cluster", LabHome.testbed(arguments.toArray(String[]::new))), environment, directory,
            directory.resolve("cluster.log"), ports, ports.stream().map(port -> wiring.direct("cluster", port)).toList()));
    }

    void validator(String name, List<String> validatorOptions, List<String> under) throws IOException {
        LabCluster cluster = (LabCluster) processes.get("cluster");
        Path host = directory.resolve(name);
        Files.createDirectories(host.resolve("ledger"));
        String comm = "agave-" + name + "-" + id;
        keypair(host.resolve("unstaked.json"));
        Files.createSymbolicLink(host.resolve("identity.json"), Path.of("unstaked.json"));
        Path cli = Files.createDirectory(host.resolve("bin")).resolve(comm);
        // Run through a link of that name, the CLI has the validator's process name, as Agave's own CLI does.
        Files.createSymbolicLink(cli, LabHome.root().resolve("testbed/bin/agave-validator"));
        LabValidator.Files files = new LabValidator.Files(host.resolve("ledger"), host.resolve("unstaked.json"),
            host.resolve("identity.json"), directory.resolve("staked.json"), cli);
        int port = Ports.free();
        List<String> arguments = new ArrayList<>(List.of("validator", "--name", name, "--ledger", files.ledger().toString(), "--identity",
            files.identity().toString(), "--authorized-voter", files.stakedKey().toString(), "--host", wiring.listen(), "--rpc-port",
            String.valueOf(port), "--comm", comm, "--cluster", wiring.way(name, "cluster", cluster.port(0)), "--judge", cluster.url()));
        arguments.addAll(validatorOptions);
        List<String> whole = new ArrayList<>(under);
        whole.addAll(LabHome.testbed(arguments.toArray(String[]::new)));
        add(name, new LabValidator(name, wiring.on(name, whole), environment(name), host, host.resolve("validator.log"), files, comm, port,
            wiring.direct(name, port), staked));
    }

    /** Before the agents: one that starts beside a fencer can attest it from the beginning. */
    void fencers(Map<String, Supplier<List<String>>> under) throws IOException {
        for (String name : List.of("a", "b")) {
            Path host = directory.resolve(name);
            Path leases = Files.createDirectory(LabConfig.leases(host));
            String fencer = "fencer-" + name;
            List<String> prefix = under.getOrDefault(fencer, List::of).get();
            commands.put(fencer, dist -> {
                List<String> whole = new ArrayList<>(prefix);
                whole.addAll(LabHome.fencer(dist, leases));
                return wiring.on(name, whole);
            });
            add(fencer, new ManagedProcess(fencer, command(fencer), environment(name), host, host.resolve("fencer.log")));
        }
    }

    void agents(String holder, Map<String, List<Consumer<JsonObject>>> changes, Map<String, Supplier<List<String>>> under)
            throws IOException {
        supervisors.putAll(under);
        EtcdServer etcd = (EtcdServer) processes.get("etcd");
        Path shared = Files.createDirectory(directory.resolve("shared"));
        Map<String, Integer> ports = Map.of("a", Ports.free(), "b", Ports.free());
        Map<String, String> peers = Map.of("a", wiring.way("a", "b", ports.get("b")), "b", wiring.way("b", "a", ports.get("a")));
        for (String name : List.of("a", "b")) {
            endpoints.put(name, wiring.way("manager", name, ports.get(name)));
            Path host = directory.resolve(name);
            LabValidator validator = (LabValidator) processes.get(name);
            JsonObject json = LabConfig.agent(validator, staked, wiring.listen() + ":" + ports.get(name), peers.get(name),
                name.equals(holder), host, shared);
            if (etcd != null) {
                LabConfig.etcd(json, validator, staked, etcd.endpoint());
            }
            program("agent-" + name, "agent", host, json, changes, wiring.direct(name, ports.get(name)), name);
        }
        for (String name : List.of("agent-a", "agent-b")) {
            ((LabProgram) processes.get(name)).awaitListening(READY);
        }
    }

    void manager(String holder, Map<String, List<Consumer<JsonObject>>> changes) throws IOException {
        int port = Ports.free();
        String active = "b".equals(holder) ? "b" : "a";
        String rpc = wiring.way("manager", "cluster", ((LabCluster) processes.get("cluster")).port(0));
        JsonObject json = LabConfig.manager(endpoints.get(active), endpoints.get("a".equals(active) ? "b" : "a"), rpc, port, directory);
        LabProgram manager = program("manager", "manager", directory, json, changes, wiring.door("manager", port), "manager");
        if (!originals.contains("manager")) {
            manager.awaitListening(READY);
        }
    }

    /** A manager with a copy of the first one's file, as somebody starts it who forgets that one runs. */
    LabProgram secondManager() throws IOException {
        Path first = ((LabProgram) processes.get("manager")).config();
        int port = Ports.free();
        Path host = Files.createDirectories(directory.resolve("second"));
        JsonObject json = new JsonObject(Files.readString(first)).put("api_listen", "127.0.0.1:" + port)
            .put("state_dir", host.resolve("manager-state").toString());
        return program("manager-2", "manager", host, json, Map.of(), wiring.door("manager", port), "manager").awaitListening(READY);
    }

    private LabProgram program(String name, String program, Path host, JsonObject json,
        Map<String, List<Consumer<JsonObject>>> changes, String url, String on) throws IOException {
        changes.getOrDefault(name, List.of()).forEach(change -> change.accept(json));
        Path config = host.resolve(program + ".json");
        Files.writeString(config, json.encodePrettily());
        List<String> supervisor = supervisors.getOrDefault(name, List::of).get();
        commands.put(name, dist -> {
            List<String> whole = new ArrayList<>(supervisor);
            // Two minutes are a long time for a test; everything else is as it was.
            whole.addAll(originals.contains(name)
                ? LabHome.testbed("original", program, "--config", config.toString(), "--healthy-after", "0")
                : LabHome.program(dist, program, "--config", config.toString()));
            return wiring.on(on, whole);
        });
        return add(name, new LabProgram(name, command(name), environment(on), host, host.resolve(program + ".log"), config, url));
    }

    private List<String> command(String name) {
        return commands.get(name).apply(builds.get(name));
    }

    /** That program is the one of the dist/ of another build from its next start on; {@code null}: of this one. */
    void build(String name, Path dist) {
        builds.put(name, dist);
        if (processes.containsKey(name)) {
            processes.get(name).command(command(name));
        }
    }

    private Map<String, String> environment(String host) {
        Map<String, String> own = new LinkedHashMap<>(environment);
        own.put(Marked.HOST, hostMark(host));
        return own;
    }

    /** What the processes of one host carry. */
    String hostMark(String host) {
        return mark + "-" + host;
    }

    String tails() {
        StringBuilder tails = new StringBuilder("=== lab ").append(id).append(" ===");
        processes.values().forEach(process -> tails.append(process.tail()));
        return tails.toString();
    }

    /** Ends every process, then the ways between them, then removes the directory. */
    void end() {
        Marked.killAll(mark);
        wiring.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            System.err.println("the lab's directory " + directory + " could not be deleted: " + e);
        }
    }
}
