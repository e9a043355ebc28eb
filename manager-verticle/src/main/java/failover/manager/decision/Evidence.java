package failover.manager.decision;

import failover.protocol.Bounds;
import failover.protocol.ClockReading;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What the sources have said of the identity's votes, and what follows from it (safety.md, E6, INV-6). A source is named by a text: the
 * name of a {@code cluster_rpc}, or {@code [primary]} and {@code [secondary]} for the RPC beside a host. Who asks leaves out the source
 * beside the host that is suspected. Immutable and pure; instants are monotonic nanoseconds of the manager.
 *
 * <p>A source has to be asked at least every {@link #FRESH} to count: an older answer is behind the slot where the cluster must be by now.
 */
public final class Evidence {
    /** Slots of the source's own for which a vote must stand still, and that a source may be behind; more where slots are shorter. */
    public static final long STILL = 16;
    /** An older answer is none. */
    public static final Duration FRESH = Duration.ofSeconds(8);
    /** Who has never told of votes is waited for so long, as one that may. */
    private static final Duration NEW = Duration.ofMinutes(1);
    private static final int SOURCES_NEEDED = 2;
    /** Nothing has ever been said. */
    public static final Evidence NONE = new Evidence(Map.of(), Set.of(), ClusterTip.NONE, NodeDirectory.NONE, false);

    private final Map<String, SourceHistory> sources;
    /** Who has ever told of votes, also in an earlier life of the manager. */
    private final Set<String> worked;
    private final ClusterTip tip;
    private final NodeDirectory nodes;
    /** An earlier life of the manager had a source that worked, and it may not have kept whose. */
    private final boolean workedBefore;

    private Evidence(Map<String, SourceHistory> sources, Set<String> worked, ClusterTip tip, NodeDirectory nodes, boolean workedBefore) {
        this.sources = sources;
        this.worked = worked;
        this.tip = tip;
        this.nodes = nodes;
        this.workedBefore = workedBefore;
    }

    /** The beginning of a manager that has run before. */
    public static Evidence restored(ChainTip kept, ClockReading now) {
        boolean none = kept.slot() <= ChainTip.UNTRUSTED || kept.slot() > Bounds.HIGHEST_SLOT;
        ClusterTip then = none ? ClusterTip.NONE : ClusterTip.restored(kept.slot(), kept.seenAt(now));
        return new Evidence(Map.of(), Set.copyOf(kept.sources()), then, NodeDirectory.NONE, true);
    }

    /** The name of the source beside that host. */
    static String beside(Host host) {
        return "[" + host + "]";
    }

    /** What is to be kept for {@link #restored}: the highest slot that was trusted, and who has worked; empty when nobody has. */
    public Optional<ChainTip> tip(ClockReading now) {
        if (worked.isEmpty()) {
            return Optional.empty();
        }
        // The RPC of a host goes when the host goes: after a restart of this program it must not be waited for.
        List<String> names = worked.stream().filter(name -> nodes.beside(name) == null).sorted().toList();
        ClusterTip kept = tip.kept();
        return Optional.of(kept == null ? new ChainTip(ChainTip.UNTRUSTED, now.wallMillis(), names)
                : new ChainTip(kept.slot(), now.wallMillis() - now.since(kept.at()).toMillis(), names));
    }

    /** The machine slept since the last event: how fast the slots are is measured anew. */
    Evidence slept() {
        return new Evidence(sources, worked, tip.slept(), nodes, workedBefore);
    }

    /** Any source has ever answered, in this life of the manager or (a tip was kept) in an earlier one. */
    public boolean everWorked() {
        return workedBefore || !worked.isEmpty();
    }

    /** A source answered. A late answer, and one with a slot before the source's newest, changes nothing. */
    public Evidence with(String source, VoteReading reading) {
        if (reading.absurd() != null) {
            return failed(source, reading.absurd(), reading.askedAt());
        }
        SourceHistory known = of(source);
        if (known.drops(reading)) {
            return this;
        }
        SourceHistory near = near(source, reading);
        boolean ahead = tip.ahead(reading) && near == null;
        SourceHistory next = known.with(reading, ahead, tip.pace());
        long steady = reading.askedAt() - (near == null ? next.steadySince() : Math.max(next.steadySince(), near.steadySince()));
        ClusterTip then = tip.after(new ClusterTip.Seen(source, reading, near != null, others(source, reading), held(reading.askedAt()),
                steady));
        Set<String> all = worked;
        if (!worked.contains(source)) {
            all = new LinkedHashSet<>(worked);
            all.add(source);
        }
        return new Evidence(put(source, next), all, then, nodes, workedBefore);
    }

    /**
     * Slot of the newest vote that any source has ever shown, whatever it is worth as a witness; 0 when none has shown any. A vote on a
     * fork that the cluster has given up since counts: it was signed, and the tower of who votes next must know it. One that lies further
     * ahead than a cluster can have come was signed by nobody.
     */
    public long newestVote() {
        long newest = 0;
        for (SourceHistory history : sources.values()) {
            newest = Math.max(newest, history.highestVote());
        }
        return newest;
    }

    /** A source was asked and could not say. */
    public Evidence failed(String source, String why, long askedAt) {
        return failed(source, why, askedAt, false);
    }

    /** The same; {@code refuses}: it serves no method that tells of votes, and will not the next time. */
    public Evidence failed(String source, String why, long askedAt, boolean refuses) {
        return new Evidence(put(source, of(source).failed(why, askedAt, refuses)), worked, tip, nodes, workedBefore);
    }

    /** A source has said who it is ({@link NodeDirectory#with}). */
    Evidence node(String source, NodeReport word, Map<Host, String> pair, long askedAt) {
        return new Evidence(sources, worked, tip, nodes.with(source, word, pair, askedAt), workedBefore);
    }

    /** Who the sources are. */
    NodeDirectory nodes() {
        return nodes;
    }

    /** Milliseconds that a slot takes, as measured; 0 while it is not. */
    public long slotMillis() {
        return tip.pace().millis();
    }

    /**
     * It counts as a source: it has told of votes, in this life of the manager or an earlier one, and does not refuse to; or it has been
     * asked for less than a minute.
     */
    boolean counts(String source, long now) {
        SourceHistory said = of(source);
        boolean young = said.failure() == null || now - said.steadySince() < NEW.toNanos();
        return !said.refuses() && (worked.contains(source) || said.newest() == null && young);
    }

    /** It has told of votes, in this life of the manager or an earlier one. */
    boolean told(String source) {
        return worked.contains(source);
    }

    /** It said when it was asked last that it serves no method that tells of votes. */
    boolean refuses(String source) {
        return of(source).refuses();
    }

    /** Why it could not say when it was asked last; {@code null} when it could. */
    String failure(String source) {
        return of(source).failure();
    }

    /** Somebody has heard of it: it has answered, or could not. */
    boolean met(String source) {
        return sources.containsKey(source) || worked.contains(source);
    }

    /**
     * What the sources say together: any progress is a veto; two must have seen none, or the one where only one is a source. Whoever has
     * never told of votes is none; two names of one node are two to ask, and one witness.
     *
     * @param asked every source that is configured and not beside the suspect, each once
     * @param notAskedBefore a source has seen no progress only if its newest answer was asked for after this instant (the last failed
     *     demotion); 0: at any time
     * @param now monotonic
     */
    public VoteFinding judge(List<String> asked, long notAskedBefore, long now) {
        if (asked.isEmpty()) {
            return new VoteFinding(VoteFinding.Word.UNKNOWN, false, () -> "no source of votes is configured");
        }
        List<String> silent = new ArrayList<>();
        List<String> voting = new ArrayList<>();
        int behind = 0;
        int counting = 0;
        for (String source : asked) {
            SourceStatus word = word(source, notAskedBefore, now);
            counting += counts(source, now) ? 1 : 0;
            if (word.state() == SourceStatus.State.PROGRESS) {
                voting.add(source);
            } else if (word.state() == SourceStatus.State.NO_PROGRESS) {
                silent.add(source);
            }
            behind += word.state() == SourceStatus.State.BEHIND && word.fresh() ? 1 : 0;
        }
        // Of two clusters it is not known which is the identity's.
        int witnesses = severalClusters(silent) ? 0 : distinct(silent);
        int needed = Math.max(1, Math.min(SOURCES_NEEDED, counting));
        Supplier<String> told = () -> EvidenceText.judged(this, asked, notAskedBefore, now);
        if (!voting.isEmpty()) {
            boolean alone = distinct(voting) == 1 && witnesses > 0;
            return new VoteFinding(VoteFinding.Word.PROGRESS, false, () -> "the identity votes: " + (alone ? "1 of " + distinct(asked)
                    + " sources contradicts the others, which see no votes: " + String.join(", ", voting) + "; " : "") + told.get(),
                    alone ? voting : List.of());
        }
        if (witnesses >= needed) {
            return new VoteFinding(VoteFinding.Word.NO_PROGRESS, false, () -> "the identity does not vote: " + told.get());
        }
        if (behind > 0 && behind == Math.max(1, counting)) {
            return new VoteFinding(VoteFinding.Word.UNKNOWN, true, () -> "the cluster's tip stands still or is not where it must be (slot "
                    + tip.estimate(now) + " at least): " + told.get());
        }
        return new VoteFinding(VoteFinding.Word.UNKNOWN, false, () -> "whether the identity votes is not known, " + witnesses + " of "
                + needed
                + " sources say that it does not: " + told.get());
    }

    private boolean severalClusters(List<String> names) {
        for (String one : names) {
            for (String other : names) {
                if (nodes.otherCluster(one, other)) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Whether it could be proved that the identity does not vote, if its holder fell silent now: enough sources answer, are where the
     * cluster is, and are nodes of their own.
     *
     * @param asked as in {@link #judge}
     */
    Readiness readiness(List<String> asked, long now) {
        List<String> able = new ArrayList<>();
        int counting = 0;
        for (String source : asked) {
            if (counts(source, now)) {
                counting++;
                if (word(source, 0, now).able()) {
                    able.add(source);
                }
            }
        }
        int needed = Math.max(1, Math.min(SOURCES_NEEDED, counting));
        int nodesAble = distinct(able);
        return new Readiness(nodesAble >= needed, () -> nodesAble + " of " + needed + " sources that are needed can say whether it votes: "
                + EvidenceText.able(this, asked, able, now));
    }

    /**
     * An answer to "could a silent host be replaced now", as far as evidence goes.
     *
     * @param ready it could
     * @param words {@link #why}; made when somebody reads it
     */
    record Readiness(boolean ready, Supplier<String> words) {
        /** One sentence that names every source. */
        String why() {
            return words.get();
        }
    }

    /** What one source says now. */
    SourceStatus word(String source, long notAskedBefore, long now) {
        return SourceStatus.of(of(source), tip, notAskedBefore, now);
    }

    /** So many nodes are behind those names. */
    private int distinct(List<String> names) {
        List<String> seen = new ArrayList<>();
        for (String name : names) {
            if (!hasNodeOf(name, seen)) {
                seen.add(name);
            }
        }
        return seen.size();
    }

    private boolean hasNodeOf(String name, List<String> names) {
        for (String other : names) {
            if (nodes.same(name, other)) {
                return true;
            }
        }
        return false;
    }

    private SourceHistory of(String source) {
        return sources.getOrDefault(source, SourceHistory.EMPTY);
    }

    private Map<String, SourceHistory> put(String source, SourceHistory history) {
        Map<String, SourceHistory> all = new LinkedHashMap<>(sources);
        all.put(source, history);
        return all;
    }

    /** Another node that is at the same place at about the same time; {@code null} when there is none. */
    private SourceHistory near(String source, VoteReading reading) {
        for (Map.Entry<String, SourceHistory> each : sources.entrySet()) {
            VoteReading other = each.getValue().newest();
            if (other != null && !nodes.same(source, each.getKey())
                    && Math.abs(other.askedAt() - reading.askedAt()) <= FRESH.toNanos() && isNear(other, reading)) {
                return each.getValue();
            }
        }
        return null;
    }

    private boolean isNear(VoteReading other, VoteReading reading) {
        long moved = tip.pace().usual(Math.abs(reading.askedAt() - other.askedAt()));
        long from = reading.askedAt() - other.askedAt() >= 0 ? other.slot() : other.slot() - moved;
        long close = tip.pace().still() / 2;
        return reading.slot() >= from - close && reading.slot() <= from + moved + close;
    }

    private boolean others(String source, VoteReading reading) {
        for (Map.Entry<String, SourceHistory> each : sources.entrySet()) {
            if (!nodes.same(source, each.getKey()) && !each.getValue().ahead() && each.getValue().answersAbout(reading.askedAt())) {
                return true;
            }
        }
        return false;
    }

    /** Somebody who answers is where the tip says that the cluster is; of one that is not trusted, somebody else than who showed it. */
    private boolean held(long instant) {
        for (Map.Entry<String, SourceHistory> each : sources.entrySet()) {
            if (each.getValue().answersAbout(instant) && !tip.lags(each.getValue().newest())
                    && (tip.trusted() || !each.getKey().equals(tip.by()))) {
                return true;
            }
        }
        return false;
    }
}
