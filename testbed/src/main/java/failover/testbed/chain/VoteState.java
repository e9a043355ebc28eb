package failover.testbed.chain;

import failover.protocol.solana.Tower;
import io.vertx.core.json.JsonArray;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Tower BFT's vote state on one fork: what a validator keeps in its tower and the chain in the vote account.
 *
 * @param votes oldest first
 * @param root  the newest slot that got 31 confirmations
 */
public record VoteState(List<Tower.Vote> votes, OptionalLong root) {
    /** No vote yet. */
    public static final VoteState EMPTY = new VoteState(List.of(), OptionalLong.empty());

    /** Copies the votes. */
    public VoteState {
        votes = List.copyOf(votes);
    }

    /** What a tower file says. */
    public static VoteState of(Tower tower) {
        return new VoteState(tower.votes(), tower.root());
    }

    /** The newest slot voted for; -1 before the first. */
    public long last() {
        return votes.isEmpty() ? root.orElse(-1) : votes.get(votes.size() - 1).slot();
    }

    /** After a vote for {@code slot}, as Agave counts: expired votes leave, the rest double, the 31st becomes the root. */
    public VoteState vote(long slot) {
        if (slot <= last()) {
            return this;
        }
        List<Tower.Vote> next = new ArrayList<>(votes);
        while (!next.isEmpty() && next.get(next.size() - 1).lockedUntil() < slot) {
            next.remove(next.size() - 1);
        }
        OptionalLong nextRoot = root;
        if (next.size() == Tower.MOST_VOTES) {
            nextRoot = OptionalLong.of(next.remove(0).slot());
        }
        next.add(new Tower.Vote(slot, 1));
        for (int i = 0; i < next.size(); i++) {
            Tower.Vote vote = next.get(i);
            if (next.size() > i + vote.confirmations()) {
                next.set(i, new Tower.Vote(vote.slot(), vote.confirmations() + 1));
            }
        }
        return new VoteState(next, nextRoot);
    }

    JsonArray toJson() {
        JsonArray pairs = new JsonArray();
        votes.forEach(vote -> pairs.add(new JsonArray().add(vote.slot()).add(vote.confirmations())));
        return pairs;
    }

    static VoteState of(JsonArray pairs, Long root) {
        List<Tower.Vote> votes = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            JsonArray pair = pairs.getJsonArray(i);
            votes.add(new Tower.Vote(pair.getLong(0), pair.getInteger(1)));
        }
        return new VoteState(votes, root == null ? OptionalLong.empty() : OptionalLong.of(root));
    }
}
