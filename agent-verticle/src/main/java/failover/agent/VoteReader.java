package failover.agent;

import failover.protocol.wire.VoteWord;
import java.time.Duration;

/**
 * What the validator's RPC says of the staked identity's votes (safety.md, E6). Asked in the background, at most once in {@link #EVERY}:
 * nobody waits for it, and who wants to know gets the newest answer with its age. Used on the probe worker's context only.
 */
final class VoteReader {
    static final Duration EVERY = Duration.ofMillis(250);
    static final Duration LONGEST_KEPT = Duration.ofSeconds(30);
    /** The list of all vote accounts is megabytes: after a search that found nothing there is none for so long. */
    private static final Duration SEARCH_PAUSE = Duration.ofSeconds(30);
    private final ValidatorRpc rpc;
    private String identity;
    private String account;
    private boolean asking;
    private boolean asked;
    private long askedAt;
    private boolean searched;
    private long searchedAt;
    private VoteWord newest;
    private long newestAt;

    VoteReader(ValidatorRpc rpc) {
        this.rpc = rpc;
    }

    /**
     * The newest answer, at most 30 s old, else {@code null}; sees to it that there will be a newer one.
     *
     * @param stakedIdentity base58; {@code null} when it is not known
     * @param now monotonic
     */
    VoteWord newest(String stakedIdentity, long now) {
        if (stakedIdentity == null) {
            return null;
        }
        if (!stakedIdentity.equals(identity)) {
            identity = stakedIdentity;
            account = null;
            newest = null;
            asked = false;
            searched = false;
        }
        if (!asking && (!asked || now - askedAt >= EVERY.toNanos())) {
            ask(now);
        }
        if (newest == null || now - newestAt > LONGEST_KEPT.toNanos()) {
            return null;
        }
        return new VoteWord(newest.account(), newest.lastVote(), newest.slot(),
            Duration.ofNanos(now - newestAt).toMillis(), newest.error());
    }

    private void ask(long now) {
        if (account == null && searched && now - searchedAt < SEARCH_PAUSE.toNanos()) {
            return;
        }
        asking = true;
        asked = true;
        askedAt = now;
        String whose = identity;
        if (account == null) {
            searched = true;
            searchedAt = now;
            rpc.voteAccount(whose).onComplete(found -> {
                asking = false;
                if (found.isPresent() && whose.equals(identity)) {
                    account = found.get();
                    read(whose, System.nanoTime());
                } else {
                    keep(whose, new VoteWord(null, 0, 0, 0, "knows no vote account of " + whose), now);
                }
            }, failure -> {
                asking = false;
                keep(whose, new VoteWord(null, 0, 0, 0, "does not list the vote accounts: " + rpc.why(failure)), now);
            });
        } else {
            read(whose, now);
        }
    }

    private void read(String whose, long now) {
        asking = true;
        asked = true;
        askedAt = now;
        String which = account;
        rpc.votes(which, whose).onComplete(votes -> {
            asking = false;
            keep(whose, new VoteWord(which, votes.lastVote(), votes.slot(), 0, null), now);
        }, failure -> {
            asking = false;
            if (failure instanceof ValidatorRpc.OtherAccount && now - searchedAt > SEARCH_PAUSE.toNanos() && whose.equals(identity)) {
                account = null;
            }
            keep(whose, new VoteWord(which, 0, 0, 0, rpc.why(failure)), now);
        });
    }

    private void keep(String whose, VoteWord word, long at) {
        if (whose.equals(identity)) {
            newest = word;
            newestAt = at;
        }
    }
}
