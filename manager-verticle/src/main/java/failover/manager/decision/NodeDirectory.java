package failover.manager.decision;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Which node stands behind the name of a source, and whether its cluster finalizes (safety.md, E6). A URL proves nothing: it may lead to
 * the RPC of a host of the pair, or to the node that another one leads to. Immutable and pure.
 */
final class NodeDirectory {
    static final NodeDirectory NONE = new NodeDirectory(Map.of(), 0, 0, 0, 0);
    /** Identities of one name: behind a pool there are several nodes. */
    private static final int KEPT = 8;
    /** Without a newly finalized slot for so long, while it is asked, the cluster does not finalize; it takes 13 s when all is well. */
    private static final Duration STANDS = Duration.ofSeconds(30);
    private static final Duration FRESH = Duration.ofSeconds(90);

    /**
     * One name.
     *
     * @param identities who it said it is, newest last
     * @param genesis of its cluster; {@code null} when it did not say
     * @param beside the host of the pair whose own RPC it is; {@code null} when it is none
     */
    private record Node(List<String> identities, String genesis, Host beside) {
        private static final Node UNKNOWN = new Node(List.of(), null, null);
    }

    /** Whether the cluster finalizes. */
    enum Finality { YES, NO, UNKNOWN }

    private final Map<String, Node> nodes;
    private final long finalized;
    private final long advancedAt;
    private final long firstAskedAt;
    private final long askedAt;

    private NodeDirectory(Map<String, Node> nodes, long finalized, long advancedAt, long firstAskedAt, long askedAt) {
        this.nodes = nodes;
        this.finalized = finalized;
        this.advancedAt = advancedAt;
        this.firstAskedAt = firstAskedAt;
        this.askedAt = askedAt;
    }

    /**
     * A source has said who it is.
     *
     * @param pair who the validators of the two hosts said they are, lately; without those who did not
     * @param at monotonic instant of the question
     */
    NodeDirectory with(String source, NodeReport word, Map<Host, String> pair, long at) {
        Node known = of(source);
        List<String> identities = new ArrayList<>(known.identities);
        Host beside = known.beside;
        if (word.identity() != null) {
            identities.remove(word.identity());
            identities.add(word.identity());
            if (identities.size() > KEPT) {
                identities.remove(0);
            }
            Host is = pair.entrySet().stream().filter(each -> each.getValue().equals(word.identity())).map(Map.Entry::getKey).findFirst()
                    .orElse(null);
            // Of a host that does not answer now it is not known who its validator is: then it is what it was found to be.
            beside = is != null || beside != null && pair.containsKey(beside) ? is : beside;
        }
        Map<String, Node> all = new LinkedHashMap<>(nodes);
        all.put(source, new Node(List.copyOf(identities), word.genesis() == null ? known.genesis : word.genesis(), beside));
        if (word.finalized() <= 0) {
            return new NodeDirectory(all, finalized, advancedAt, firstAskedAt, askedAt);
        }
        boolean advances = word.finalized() > finalized;
        return new NodeDirectory(all, Math.max(finalized, word.finalized()), advances ? at : advancedAt, firstAskedAt == 0 ? at
                : firstAskedAt, at);
    }

    private Node of(String source) {
        return nodes.getOrDefault(source, Node.UNKNOWN);
    }

    /** Base58; {@code null} when it has not said. */
    String identity(String source) {
        List<String> all = of(source).identities;
        return all.isEmpty() ? null : all.get(all.size() - 1);
    }

    /** The host of the pair whose own RPC that source is; {@code null} when none, or when it is not known. */
    Host beside(String source) {
        return of(source).beside;
    }

    /** Two names of one node; the RPC beside a host has the name {@link Evidence#beside}. */
    boolean same(String one, String other) {
        Node first = of(one);
        Node second = of(other);
        return one.equals(other) || first.beside != null && (first.beside == second.beside || Evidence.beside(first.beside).equals(other))
                || second.beside != null && Evidence.beside(second.beside).equals(one)
                || !Collections.disjoint(first.identities, second.identities);
    }

    /** It belongs to another cluster than that other source. */
    boolean otherCluster(String one, String other) {
        return of(one).genesis != null && of(other).genesis != null && !Objects.equals(of(one).genesis, of(other).genesis);
    }

    /** Genesis hashes by source, of those that said one. */
    Map<String, String> clusters() {
        Map<String, String> all = new TreeMap<>();
        nodes.forEach((name, node) -> {
            if (node.genesis != null) {
                all.put(name, node.genesis);
            }
        });
        return all;
    }

    /**
     * Whether the cluster finalizes, and so takes in the votes of others: what keeps this identity's votes from landing then is its own.
     */
    Finality finality(long now) {
        if (firstAskedAt == 0 || now - askedAt > FRESH.toNanos() || advancedAt == firstAskedAt && now - firstAskedAt < STANDS.toNanos()) {
            return Finality.UNKNOWN;
        }
        return askedAt - advancedAt >= STANDS.toNanos() ? Finality.NO : Finality.YES;
    }
}
