package failover.manager.decision;

import failover.protocol.Now;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the sources have said of the identity's votes, and what follows from it (safety.md, E6, INV-6). A source is named by a text: the
 * name of a {@code cluster_rpc}, or {@code [primary]} and {@code [secondary]} for the RPC beside a host. Who asks leaves out the source
 * beside the host that is suspected. Immutable and pure; instants are monotonic nanoseconds of the manager.
 *
 * <p>A source has to be asked at least every {@link #FRESH} to count: an older answer is behind the slot where the cluster must be by now.
 */
public final class Evidence {
    /** Slots of the source's own for which a vote must stand still, and that a source may be behind. */
    public static final long STILL = 16;
    /** The least a cluster moves in a second; a slot takes 0.4 s. */
    private static final long SLOTS_PER_SECOND = 2;
    /** In this time a cluster moves so far that an older answer is no more one. */
    public static final Duration FRESH = Duration.ofSeconds(STILL / SLOTS_PER_SECOND);
    private static final int SOURCES_NEEDED = 2;
    private static final long NANOS_PER_SLOT = 1_000_000_000L / SLOTS_PER_SECOND;
    /** Nothing has ever been said. */
    public static final Evidence NONE = new Evidence(Map.of(), 0, 0);

    private final Map<String, SourceHistory> sources;
    /** Highest slot that a source which did not lag has shown; 0 when none. */
    private final long highest;
    private final long highestAt;

    private Evidence(Map<String, SourceHistory> sources, long highest, long highestAt) {
        this.sources = sources;
        this.highest = highest;
        this.highestAt = highestAt;
    }

    /** The beginning of a manager that has run before. */
    public static Evidence restored(Tip tip, Now now) {
        return new Evidence(Map.of(), tip.slot(), tip.seenAt(now));
    }

    /** The highest slot seen, to be kept for {@link #restored}; empty when there is none. */
    public Optional<Tip> tip(Now now) {
        return highest == 0 ? Optional.empty()
                : Optional.of(new Tip(highest, now.wallMillis() - now.since(highestAt).toMillis()));
    }

    /** Any source has ever answered, in this life of the manager or (a tip was kept) in an earlier one. */
    public boolean everWorked() {
        return highest > 0;
    }

    /** A source answered. A late answer, and one with a slot before the source's newest, changes nothing. */
    public Evidence with(String source, VoteReading reading) {
        SourceHistory known = of(source);
        if (known.drops(reading)) {
            return this;
        }
        Map<String, SourceHistory> all = put(source, known.with(reading));
        boolean leads = highest == 0 || reading.slot() > highest && (!lags(reading, reading.askedAt()) || confirmed(source, reading));
        return leads ? new Evidence(all, reading.slot(), reading.askedAt()) : new Evidence(all, highest, highestAt);
    }

    /**
     * Slot of the newest vote that any source has ever shown, whatever it is worth as a witness; 0 when none has shown any. A vote on a
     * fork that the cluster has given up since counts: it was signed, and the tower of who votes next must know it.
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
        return new Evidence(put(source, of(source).failed(why, askedAt)), highest, highestAt);
    }

    /**
     * What the sources say together: any progress is a veto; two must have seen none, or the one where only one is configured.
     *
     * @param asked every source that is configured and not beside the suspect, each once
     * @param notAskedBefore a source has seen no progress only if its newest answer was asked for after this instant (the last failed
     *     demotion); 0: at any time
     * @param now monotonic
     */
    public Finding judge(List<String> asked, long notAskedBefore, long now) {
        if (asked.isEmpty()) {
            return new Finding(Finding.Word.UNKNOWN, false, "no source of votes is configured");
        }
        int silent = 0;
        int behind = 0;
        boolean progress = false;
        List<String> words = new ArrayList<>();
        for (String source : asked) {
            SourceWord word = SourceWord.of(of(source), estimate(now), notAskedBefore, now);
            words.add(source + " " + word.why());
            progress |= word.state() == SourceWord.State.PROGRESS;
            silent += word.state() == SourceWord.State.NO_PROGRESS ? 1 : 0;
            behind += word.state() == SourceWord.State.BEHIND && word.fresh() ? 1 : 0;
        }
        int needed = Math.min(SOURCES_NEEDED, asked.size());
        String told = String.join("; ", words);
        if (progress) {
            return new Finding(Finding.Word.PROGRESS, false, "the identity votes: " + told);
        }
        if (silent >= needed) {
            return new Finding(Finding.Word.NO_PROGRESS, false, "the identity does not vote: " + told);
        }
        if (behind == asked.size()) {
            return new Finding(Finding.Word.UNKNOWN, true, "the cluster's tip stands still or is not where it must be (slot "
                    + estimate(now) + " at least): " + told);
        }
        return new Finding(Finding.Word.UNKNOWN, false, "whether the identity votes is not known, " + silent + " of " + needed
                + " sources say that it does not: " + told);
    }

    private SourceHistory of(String source) {
        return sources.getOrDefault(source, SourceHistory.EMPTY);
    }

    private Map<String, SourceHistory> put(String source, SourceHistory history) {
        Map<String, SourceHistory> all = new LinkedHashMap<>(sources);
        all.put(source, history);
        return all;
    }

    /** The slot where the cluster must be at that instant: 0 when no source has said anything. */
    private long estimate(long now) {
        return highest == 0 ? 0 : highest + Math.max(0, (now - highestAt) / NANOS_PER_SLOT);
    }

    private boolean lags(VoteReading reading, long now) {
        return estimate(now) - reading.slot() > STILL;
    }

    /**
     * A higher slot that is still behind the estimate comes from a source that lags, or from a cluster that stood still or is slow. It is
     * the cluster when a second source is at the same place at the same time; else a source could lag its way into being believed.
     */
    private boolean confirmed(String source, VoteReading reading) {
        return sources.entrySet().stream().filter(each -> !each.getKey().equals(source)).map(each -> each.getValue().newest())
                .anyMatch(other -> other != null && other.slot() > highest && Math.abs(other.slot() - reading.slot()) <= STILL
                        && Math.abs(other.askedAt() - reading.askedAt()) <= FRESH.toNanos());
    }
}
