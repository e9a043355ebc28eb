package failover.testbed.lab;

import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Hosts in network namespaces of their own, joined by a bridge in one more. Each has two addresses: on the <b>network</b>, where packets
 * may vanish, and on the <b>wire to the test</b>, where none does, and which leads to the judge, too. There is no way out to anywhere else.
 *
 * <p>A packet that is dropped here is answered by nothing, neither by a refusal nor by an ICMP message: what is called a black hole. Needs
 * root, {@code ip}, {@code nft} and {@code nsenter}; {@link #refusal} says why it cannot be had. One thread uses it.
 */
public final class Network implements AutoCloseable {
    private static final String PREFIX = "lab-";
    private static final Pattern OWNED = Pattern.compile(PREFIX + "(.+-(\\d+))-[a-z]+");
    private static final int ALL = 100;
    private static final int TRIES = 50;

    private final Map<String, Namespace> hosts = new LinkedHashMap<>();
    /** "FROM TO": how many packets of a hundred vanish. */
    private final Map<String, Integer> losses = new TreeMap<>();
    private final Namespace bridge;
    private final String device;
    /** Third byte of all its addresses: 198.18.0.0/15 is set aside for measurements of networks (RFC 2544) and routed nowhere. */
    private final int number;

    private Network(Namespace bridge, String device, int number) {
        this.bridge = bridge;
        this.device = device;
        this.number = number;
    }

    /** Why this machine cannot have such a network, found out by making one; "" if it can. */
    public static String refusal() {
        String mark = "trial" + ThreadLocalRandom.current().nextInt(1000) + "-" + ProcessHandle.current().pid();
        try (Network trial = open(mark, List.of("a", "b"))) {
            trial.lose("a", "b", 50);
            Namespace.run(trial.inside("a", List.of("true")), "");
            return "";
        } catch (UncheckedIOException | IllegalStateException e) {
            return "network namespaces are not to be had here: " + e.getMessage();
        }
    }

    /**
     * Makes it. What the same mark's earlier networks, and those of programs that have died, left behind is removed.
     *
     * @param mark  the lab's, which ends in "-PID" of this JVM
     * @param names small letters
     */
    public static Network open(String mark, List<String> names) {
        Namespace.list().forEach(Network::removeIfForsaken);
        int number = freeNumber();
        Network network = new Network(Namespace.add(PREFIX + mark + "-bridge"), "lab" + number, number);
        try {
            network.join(mark, names);
            return network;
        } catch (UncheckedIOException | IllegalStateException e) {
            network.close();
            throw e;
        }
    }

    /** A killed JVM leaves its names, and programs in them. */
    private static void removeIfForsaken(String name) {
        Matcher owned = OWNED.matcher(name);
        if (owned.matches() && ProcessHandle.of(Long.parseLong(owned.group(2))).isEmpty()) {
            Marked.killAll(owned.group(1));
            Namespace.delete(name);
        }
    }

    private static int freeNumber() {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            int number = ThreadLocalRandom.current().nextInt(256);
            if (Namespace.run(List.of("ip", "-4", "-o", "addr", "show", "to", "198.19." + number + ".0/24"), "").isEmpty()) {
                return number;
            }
        }
        throw new IllegalStateException("no network of 198.19.0.0/16 is free");
    }

    private void join(String mark, List<String> names) {
        bridge.ip("link add name net type bridge\nlink set net up\n");
        for (String name : names) {
            hosts.put(name, Namespace.add(PREFIX + mark + "-" + name));
        }
        int last = 1;
        for (Map.Entry<String, Namespace> host : hosts.entrySet()) {
            last++;
            bridge.ip("link add to-" + host.getKey() + " type veth peer name eth0 netns " + host.getValue().name() + "\n"
                + "link set to-" + host.getKey() + " master net up\n");
            host.getValue().ip("link set lo up\naddr add 198.18." + number + "." + last + "/24 dev eth0\n"
                + "addr add 198.19." + number + "." + last + "/24 dev eth0\nlink set eth0 up\n");
        }
        bridge.ip("link add to-test type veth peer name " + device + " netns " + ProcessHandle.current().pid() + "\n"
            + "link set to-test master net up\n");
        Namespace.run(List.of("ip", "addr", "add", "198.19." + number + ".1/24", "dev", device), "");
        Namespace.run(List.of("ip", "link", "set", device, "up"), "");
        bridge.nft("add table bridge lab\nadd chain bridge lab passing { type filter hook forward priority 0; }\n");
    }

    /** The command, as it runs on that host. */
    public List<String> inside(String host, List<String> command) {
        return known(host).inside(command);
    }

    /** Where the other hosts find this one. */
    public String address(String host) {
        return "198.18." + number + "." + last(host);
    }

    /** Where the test finds it, whatever vanishes. */
    public String wire(String host) {
        return "198.19." + number + "." + last(host);
    }

    private int last(String host) {
        known(host);
        return 2 + List.copyOf(hosts.keySet()).indexOf(host);
    }

    private Namespace known(String host) {
        Namespace namespace = hosts.get(host);
        if (namespace == null) {
            throw new IllegalArgumentException("this network has no " + host + ", only " + hosts.keySet());
        }
        return namespace;
    }

    /** Of the packets from one host to another, this many of a hundred vanish; those of the way back do not. */
    public Network lose(String from, String to, int percent) {
        known(from);
        known(to);
        losses.put(from + " " + to, percent);
        return rewrite();
    }

    /** Each packet from one host to another vanishes. */
    public Network cut(String from, String to) {
        return lose(from, to, ALL);
    }

    /** Each packet of this host, to it or from it, vanishes. */
    public Network isolate(String host) {
        for (String other : hosts.keySet()) {
            if (!other.equals(host)) {
                losses.put(host + " " + other, ALL);
                losses.put(other + " " + host, ALL);
            }
        }
        return rewrite();
    }

    /** From now on nothing vanishes. */
    public Network heal() {
        losses.clear();
        return rewrite();
    }

    /** How many packets have vanished since the last change. */
    public long vanished() {
        Matcher packets = Pattern.compile("counter packets (\\d+)").matcher(bridge.nft(List.of("list", "ruleset")));
        return packets.results().mapToLong(rule -> Long.parseLong(rule.group(1))).sum();
    }

    /** All rules at once: no packet meets half of them. */
    private Network rewrite() {
        StringBuilder rules = new StringBuilder("flush chain bridge lab passing\n");
        losses.forEach((pair, percent) -> {
            String[] ends = pair.split(" ");
            rules.append("add rule bridge lab passing ip saddr ").append(address(ends[0])).append(" ip daddr ").append(address(ends[1]));
            if (percent < ALL) {
                rules.append(" numgen random mod 100 < ").append(percent);
            }
            rules.append(" counter drop\n");
        });
        bridge.nft(rules.toString());
        return this;
    }

    @Override
    public void close() {
        // The wire's end on this side goes with its other end, but only when the kernel gets round to it.
        BashRunner.run(List.of("ip", "link", "delete", device));
        hosts.values().forEach(host -> Namespace.delete(host.name()));
        Namespace.delete(bridge.name());
    }
}
