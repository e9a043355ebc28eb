package failover.agent.validator;

import failover.protocol.solana.VoteAccounts;
import failover.protocol.wire.VoteReport;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;

/**
 * The staked identity's votes as the validator's RPC reports them (safety.md, E6). Read in the background, at most once per interval:
 * callers never wait and get the newest reading with its age. All vote accounts of the identity count: progress in any is progress. A node
 * without {@code getAccountInfo} is read by the minimal API. Used on the probe worker's context only.
 */
public final class VoteReader {
    /** As often as a manager may want to know. */
    static final Duration EVERY = Duration.ofMillis(250);
    /** Where no manager of ours asks, however often the status is asked for. */
    public static final Duration UNMANAGED = Duration.ofSeconds(5);
    static final Duration LONGEST_KEPT = Duration.ofSeconds(30);
    /** The list of all vote accounts is megabytes: after a search that found nothing there is none for so long. */
    private static final Duration SEARCH_PAUSE = Duration.ofSeconds(30);
    /** An account that was made since is found after so long. */
    private static final Duration SEARCH_AGAIN = Duration.ofMinutes(10);
    /** A node that served the minimal API only may have been started anew with the full one. */
    private static final Duration FULL_AGAIN = Duration.ofMinutes(10);
    private final ValidatorRpc rpc;
    private String identity;
    private List<String> accounts = List.of();
    private boolean asking;
    private boolean asked;
    private long askedAt;
    private boolean minimal;
    private long minimalSince;
    private boolean searching;
    private boolean searched;
    private long searchedAt;
    private boolean doubted;
    private VoteReport newest;
    private long newestAt;

    VoteReader(ValidatorRpc rpc) {
        this.rpc = rpc;
    }

    /**
     * The newest answer, at most 30 s old, else {@code null}; sees to it that there will be a newer one.
     *
     * @param stakedIdentity base58; {@code null} when it is not known
     * @param every the least time between two readings
     * @param now monotonic
     */
    VoteReport newest(String stakedIdentity, Duration every, long now) {
        if (stakedIdentity == null) {
            return null;
        }
        if (!stakedIdentity.equals(identity)) {
            identity = stakedIdentity;
            accounts = List.of();
            newest = null;
            asked = false;
            searched = false;
            doubted = false;
        }
        if (!searching && searchIsDue(now)) {
            search(now);
        }
        if (!accounts.isEmpty() && !asking && (!asked || now - askedAt >= every.toNanos())) {
            read(now);
        }
        if (newest == null || now - newestAt > LONGEST_KEPT.toNanos()) {
            return null;
        }
        return newest.aged(Duration.ofNanos(now - newestAt).toMillis());
    }

    private boolean searchIsDue(long now) {
        Duration pause = accounts.isEmpty() || doubted ? SEARCH_PAUSE : SEARCH_AGAIN;
        return !searched || now - searchedAt >= pause.toNanos();
    }

    private void search(long now) {
        searching = true;
        searched = true;
        searchedAt = now;
        String whose = identity;
        rpc.voteAccounts(whose).onComplete(found -> {
            searching = false;
            if (!whose.equals(identity)) {
                return;
            }
            doubted = false;
            if (found.isEmpty()) {
                accounts = List.of();
                keep(whose, new VoteReport(null, 0, 0, 0, "knows no vote account of " + whose), now);
            } else {
                accounts = found;
                if (!asking) {
                    read(System.nanoTime());
                }
            }
        }, failure -> {
            searching = false;
            if (accounts.isEmpty()) {
                keep(whose, new VoteReport(null, 0, 0, 0, "does not list the vote accounts: " + rpc.why(failure)), now);
            }
        });
    }

    /** The age of an answer counts from the question, which is never later than what it shows. */
    private void read(long now) {
        asking = true;
        asked = true;
        askedAt = now;
        String whose = identity;
        List<String> which = accounts;
        String names = VoteAccounts.name(which);
        ask(which, whose, now).onComplete(seen -> {
            asking = false;
            keep(whose, new VoteReport(names, seen.lastVote(), seen.slot(), 0, null, seen.slotAfter() == seen.slot() ? 0
                    : seen.slotAfter()), now);
        }, failure -> {
            asking = false;
            doubted |= failure instanceof ValidatorRpc.OtherAccount && whose.equals(identity);
            keep(whose, new VoteReport(names, 0, 0, 0, rpc.why(failure)), now);
        });
    }

    private Future<ValidatorRpc.Seen> ask(List<String> which, String whose, long now) {
        if (minimal && now - minimalSince < FULL_AGAIN.toNanos()) {
            return rpc.votesByMinimalApi(which, whose);
        }
        return rpc.votes(which, whose).onSuccess(seen -> minimal = false).recover(failure -> {
            if (!(failure instanceof ValidatorRpc.NoMethod)) {
                return Future.failedFuture(failure);
            }
            minimal = true;
            minimalSince = now;
            return rpc.votesByMinimalApi(which, whose);
        });
    }

    private void keep(String whose, VoteReport word, long at) {
        if (whose.equals(identity)) {
            newest = word;
            newestAt = at;
        }
    }
}
