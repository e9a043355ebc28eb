package failover.testbed.cluster;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Judges every vote that was ever signed with the staked identity, whether or not it landed.
 *
 * <p>Times are {@link System#nanoTime} of the validator that signed: on Linux one clock for all processes of a machine.
 * Not thread-safe: one event loop owns it.
 */
public final class Judge {
    /** Votes more than this apart are listed as a gap: three slots. */
    private static final long GAP_NANOS = 1_200_000_000L;
    private static final int LISTED = 20;
    private static final int REMEMBERED = 200_000;

    private record Vote(String who, long slot, long at) {
    }

    private record Gap(Vote before, Vote after) {
        long nanos() {
            return after.at - before.at;
        }
    }

    private record Takeover(String who, OptionalLong tower, long lastVoted, long at) {
    }

    private final Map<Long, TreeSet<String>> voters = new TreeMap<>();
    private final Map<String, Long> counts = new TreeMap<>();
    private final Map<String, Long> newestOf = new HashMap<>();
    private final TreeSet<Long> doubles = new TreeSet<>();
    private final List<String> violations = new ArrayList<>();
    private final List<Gap> gaps = new ArrayList<>();
    private final List<Takeover> takeovers = new ArrayList<>();
    private final TreeSet<String> carriers = new TreeSet<>();
    private final long since;
    private long violationCount;
    private Vote last;
    private Vote highest;
    private Gap longest;
    private Gap handover;
    private long sharedSince;
    private long sharedNanos;

    /** A judge that has seen nothing before {@code now}. */
    public Judge(long now) {
        this.since = now;
    }

    /** A judge that forgets the past but not who carries the identity now. */
    Judge reset(long now) {
        Judge fresh = new Judge(now);
        fresh.carriers.addAll(carriers);
        fresh.sharedSince = now;
        return fresh;
    }

    /** A vote was signed. */
    public void signed(String who, long slot, long at) {
        Vote vote = new Vote(who, slot, at);
        counts.merge(who, 1L, Long::sum);
        TreeSet<String> of = voters.computeIfAbsent(slot, s -> new TreeSet<>());
        of.add(who);
        if (of.size() > 1) {
            doubles.add(slot);
        }
        if (voters.size() > REMEMBERED) {
            voters.remove(voters.keySet().iterator().next());
        }
        long own = newestOf.getOrDefault(who, -1L);
        if (highest != null && slot < highest.slot && at > highest.at || slot <= own) {
            violationCount++;
            if (violations.size() < LISTED) {
                violations.add(who + " voted slot " + slot + (slot <= own ? " after its own slot " + own
                    : " after " + highest.who + " had voted slot " + highest.slot));
            }
        }
        newestOf.merge(who, slot, Math::max);
        if (highest == null || slot > highest.slot) {
            highest = vote;
        }
        if (last != null && at > last.at) {
            Gap gap = new Gap(last, vote);
            if (longest == null || gap.nanos() > longest.nanos()) {
                longest = gap;
            }
            if (gap.nanos() > GAP_NANOS) {
                gaps.add(gap);
            }
            if (!last.who.equals(who)) {
                handover = gap;
            }
        }
        if (last == null || at > last.at) {
            last = vote;
        }
    }

    /** A validator has begun to carry the staked identity, with a tower that ends at {@code tower} (empty: it had none). */
    public void takes(String who, OptionalLong tower, long at) {
        takeovers.add(new Takeover(who, tower, highest == null ? -1 : highest.slot, at));
        if (carriers.add(who) && carriers.size() == 2) {
            sharedSince = at;
        }
    }

    /** A validator has ceased to carry it, or its process is gone. */
    public void drops(String who, long at) {
        if (carriers.remove(who) && carriers.size() == 1) {
            sharedNanos += Math.max(0, at - sharedSince);
        }
    }

    /** The verdict; every key is described in docs/testbed.md. */
    public JsonObject report(long now) {
        JsonObject report = new JsonObject()
            .put("verdict", doubles.isEmpty() && violationCount == 0 && shared(now) == 0 ? "clean" : "guilty")
            .put("double_votes", doubles.size())
            .put("double_voted_slots", new JsonArray(new ArrayList<>(doubles).subList(0, Math.min(LISTED, doubles.size()))))
            .put("lockout_violations", violationCount).put("violations", new JsonArray(violations))
            .put("dual_identity_ms", shared(now) / 1_000_000)
            .put("carriers", new JsonArray(new ArrayList<>(carriers)))
            .put("votes", new JsonObject(new TreeMap<String, Object>(counts)))
            .put("observed_ms", ms(now - since));
        if (last != null) {
            report.put("last_vote", new JsonObject().put("validator", last.who).put("slot", last.slot).put("ms_ago", ms(now - last.at)));
        }
        report.put("longest_gap", longest == null ? null : toJson(longest));
        report.put("last_gap", gaps.isEmpty() ? null : toJson(gaps.get(gaps.size() - 1)));
        report.put("last_handover", handover == null ? null : toJson(handover));
        JsonArray listed = new JsonArray();
        takeovers.subList(Math.max(0, takeovers.size() - LISTED), takeovers.size()).forEach(taken -> {
            JsonObject json = new JsonObject().put("validator", taken.who).put("at_ms", ms(taken.at - since))
                .put("tower_slot", taken.tower.isPresent() ? taken.tower.getAsLong() : null)
                .put("last_voted_slot", taken.lastVoted < 0 ? null : taken.lastVoted);
            taken.tower.ifPresent(slot -> json.put("tower_behind", Math.max(0, taken.lastVoted - slot)));
            listed.add(json);
        });
        return report.put("takeovers", listed);
    }

    private long shared(long now) {
        return sharedNanos + (carriers.size() > 1 ? Math.max(0, now - sharedSince) : 0);
    }

    private JsonObject toJson(Gap gap) {
        return new JsonObject().put("ms", ms(gap.nanos())).put("start_ms", ms(gap.before.at - since))
            .put("end_ms", ms(gap.after.at - since)).put("from", gap.before.who).put("to", gap.after.who)
            .put("slots_missed", Math.max(0, gap.after.slot - gap.before.slot - 1));
    }

    private static long ms(long nanos) {
        return nanos / 1_000_000;
    }
}
