package failover.manager;

import failover.manager.config.ManagerConfig;
import failover.manager.decision.Host;
import failover.manager.decision.NodeReport;
import failover.manager.decision.VoteReading;
import failover.protocol.Bounds;
import failover.protocol.Routes;
import failover.protocol.config.Endpoint;
import failover.protocol.wire.GoJson;
import failover.protocol.wire.StatusResponse;
import failover.protocol.wire.VoteReport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * {@code --check-sources}: asks every source of votes once, as the manager will, and says what each can prove (safety.md, E6), so that an
 * operator knows before a host is silent whether it could be replaced. Changes nothing anywhere. On one context.
 */
final class SourceCheck {
    private static final Duration VOTES_LIMIT = Duration.ofSeconds(20);

    private final Vertx vertx;
    private final PrintStream out;
    private final ManagerConfig config;
    private final HttpClientAgent client;
    private final VoteSources cluster;
    private final Map<Host, StatusResponse> agents = new EnumMap<>(Host.class);
    private final List<Source> sources = new ArrayList<>();
    private int problems;

    /** One {@code cluster_rpc}: what it said. */
    private record Source(String name, List<String> addresses, NodeReport node, VoteReading votes) {
    }

    SourceCheck(Vertx vertx, PrintStream out, ManagerConfig config) {
        this.vertx = vertx;
        this.out = out;
        this.config = config;
        this.client = vertx.createHttpClient(new HttpClientOptions());
        this.cluster = new VoteSources(vertx, client, config.clusterRpc(), config.timing().requestTimeout(), config.voteAccount());
    }

    /** 0 when a silent host of either kind could be replaced and nothing is wrong with any source, else 1. */
    Future<Integer> run() {
        return agent(Host.PRIMARY, config.hosts().primary()).compose(done -> agent(Host.SECONDARY, config.hosts().secondary()))
                .compose(done -> source(0)).map(done -> conclude());
    }

    private Future<Void> agent(Host host, Endpoint agent) {
        // As its polls ask, so that what an address or a name makes of it is the same; without a time, so that no agent takes it for one.
        HttpTransport link = new HttpTransport(vertx, client, agent, 1, false);
        return link.post(Routes.STATUS, Buffer.buffer("{}"), config.timing().requestTimeout())
                .map(answer -> {
                    StatusResponse status;
                    try {
                        status = GoJson.decode(answer.body(), StatusResponse.class);
                    } catch (GoJson.BadJson | RuntimeException e) {
                        return problem("[" + host + "] " + agent + ": no agent's answer (HTTP " + answer.status() + ")");
                    }
                    agents.put(host, status);
                    VoteReport word = status.votes();
                    say("[" + host + "] " + agent + ": its validator is " + given(status.identity()) + ", "
                            + (word == null ? "its RPC was not asked for votes (yet)" : word.failed()
                                    ? "its RPC does not tell of votes: " + word.error()
                                    : "its RPC tells of votes: last vote " + word.lastVote() + " at its slot " + word.slot()));
                    return (Void) null;
                }).recover(failure -> Future.succeededFuture(problem("[" + host + "] " + agent + ": no answer: " + failure.getMessage())));
    }

    private String identity() {
        return config.stakedIdentity().orElseGet(() -> agents.values().stream().map(StatusResponse::stakedIdentity)
                .filter(each -> each != null && !each.isEmpty()).findFirst().orElse(null));
    }

    private Future<Void> source(int number) {
        if (number == config.clusterRpc().size()) {
            return Future.succeededFuture();
        }
        String name = cluster.sources().get(number);
        Endpoint endpoint = config.clusterRpc().get(number);
        String whose = identity();
        Future<VoteReading> votes = whose == null
                ? Future.failedFuture("whose votes is not known: set staked_identity_pubkey, or start an agent beside the active validator")
                : cluster.read(number, whose, VOTES_LIMIT);
        Future<NodeReport> node = cluster.node(number);
        Future<List<String>> addresses = vertx.executeBlocking(() -> addresses(endpoint), false);
        return Future.join(votes, node, addresses).transform(all -> {
            NodeReport word = node.result();
            say("cluster_rpc " + name + ": node " + given(word.identity()) + ", genesis " + given(word.genesis()) + ", finalized slot "
                    + (word.finalized() == 0 ? "not said" : String.valueOf(word.finalized())));
            if (votes.succeeded()) {
                say("    tells of the votes of " + whose + ": account " + votes.result().account() + ", last vote "
                        + votes.result().lastVote() + " at its slot " + votes.result().slot());
            } else {
                problem("    does NOT tell of votes: " + Bounds.line(String.valueOf(votes.cause().getMessage())));
            }
            sources.add(new Source(name, addresses.succeeded() ? addresses.result() : List.of(), word,
                    votes.succeeded() ? votes.result() : null));
            return source(number + 1);
        });
    }

    private static List<String> addresses(Endpoint endpoint) throws UnknownHostException {
        return Arrays.stream(InetAddress.getAllByName(endpoint.host())).map(each -> each.getHostAddress() + ":" + endpoint.port()).toList();
    }

    private int conclude() {
        for (int i = 0; i < sources.size(); i++) {
            Source one = sources.get(i);
            for (Source other : sources.subList(0, i)) {
                compare(one, other);
            }
            for (Map.Entry<Host, StatusResponse> host : agents.entrySet()) {
                if (one.node.identity() != null && one.node.identity().equals(host.getValue().identity())) {
                    problem(one.name + " is the RPC of [" + host.getKey() + "] itself: it has no say on that host, and proves nothing more "
                            + "than its agent; name another");
                }
            }
        }
        boolean replaceable = true;
        for (Host suspect : Host.values()) {
            TreeSet<String> nodes = new TreeSet<>();
            sources.stream().filter(each -> each.votes != null && !ofHost(each, suspect))
                    .forEach(each -> nodes.add(each.node.identity() == null ? each.name : each.node.identity()));
            StatusResponse other = agents.get(suspect.other());
            if (other != null && other.votes() != null && !other.votes().failed()) {
                nodes.add(other.identity() == null ? "[" + suspect.other() + "]" : other.identity());
            }
            say("If [" + suspect + "] fell silent, " + nodes.size() + " independent " + (nodes.size() == 1 ? "node" : "nodes")
                    + " could say whether its votes stand still" + (nodes.isEmpty() ? ": it could NOT be replaced"
                            : nodes.size() == 1 ? ": it alone would decide; two are better" : ""));
            replaceable &= !nodes.isEmpty();
        }
        cluster.close();
        client.close();
        return replaceable && problems == 0 ? 0 : 1;
    }

    private void compare(Source one, Source other) {
        if (one.node.identity() != null && one.node.identity().equals(other.node.identity())) {
            problem(one.name + " is the same node as " + other.name + ": the two count as one; name another provider");
        } else if (one.node.identity() == null && one.addresses.stream().anyMatch(other.addresses::contains)) {
            problem(one.name + " resolves to the address of " + other.name + ", and does not say that it is another node");
        }
        if (one.node.genesis() != null && other.node.genesis() != null && !one.node.genesis().equals(other.node.genesis())) {
            problem(one.name + " belongs to another cluster than " + other.name + ": correct cluster_rpc");
        }
    }

    private boolean ofHost(Source source, Host host) {
        StatusResponse status = agents.get(host);
        return status != null && source.node.identity() != null && source.node.identity().equals(status.identity());
    }

    private static String given(String text) {
        return text == null || text.isEmpty() ? "not said" : text;
    }

    private Void problem(String line) {
        problems++;
        say(line);
        return null;
    }

    private void say(String line) {
        out.println(Bounds.line(line, 1000));
    }
}
