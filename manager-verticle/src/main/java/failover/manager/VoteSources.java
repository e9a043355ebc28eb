package failover.manager;

import failover.manager.decision.NodeReport;
import failover.manager.decision.VoteReading;
import failover.protocol.config.Endpoint;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Asks every {@code cluster_rpc}: for its slot, for the identity's votes, and who it is, each source by itself (safety.md, E6).
 * Messages hide what a URL may hold of keys. On the verticle's context only.
 */
final class VoteSources {
    /** Once one source has answered, the others get no longer than this: an old slot hides a lag. */
    private static final Duration STRAGGLERS = Duration.ofMillis(500);

    private final Vertx vertx;
    private final Duration limit;
    private final List<VoteSource> sources;

    /** {@code voteAccount}: {@code vote_account_pubkey}, read besides what a search finds. */
    VoteSources(Vertx vertx, HttpClientAgent client, List<Endpoint> sources, Duration limit, Optional<String> voteAccount) {
        this.vertx = vertx;
        this.limit = limit;
        List<VoteSource> all = new ArrayList<>();
        for (Endpoint each : sources) {
            // A name must be one source's only, also where the masked part is what makes the difference.
            long alike = all.stream().filter(other -> other.endpoint.toString().equals(each.toString())).count();
            all.add(new VoteSource(vertx, client, each, alike == 0 ? each.toString() : each + " (" + (alike + 1) + ")",
                    voteAccount));
        }
        this.sources = List.copyOf(all);
    }

    /** The slots of those that answer, at least one; fails with a message that gives each source's reason. */
    Future<List<Long>> slots() {
        return new Round().begin();
    }

    /** Names of the sources, by their numbers from 0: each its own, and fit for logs. */
    List<String> sources() {
        return sources.stream().map(source -> source.name).toList();
    }

    /**
     * What one source says of the votes of {@code identity} now. Fails with {@link VoteSource.NoWord}, a short reason, for whatever is
     * no answer; never later than {@code limit}, save the moment that a timer needs.
     *
     * @param source its number
     * @param limit for the whole answer; a search for the vote account goes on beyond it, and the next call finds its result
     */
    Future<VoteReading> read(int source, String identity, Duration limit) {
        return sources.get(source).votes(identity, limit);
    }

    /** Who that source is, as far as it says; never fails. */
    Future<NodeReport> node(int source) {
        return sources.get(source).node(limit);
    }

    void close() {
        sources.forEach(VoteSource::close);
    }

    private final class Round {
        private final Promise<List<Long>> promise = Promise.promise();
        private final List<String> failures = new ArrayList<>();
        private int missing = sources.size();
        private final List<Long> slots = new ArrayList<>();
        private long timer = -1;

        Future<List<Long>> begin() {
            for (VoteSource source : sources) {
                source.slot(limit).onComplete(slot -> {
                    slots.add(slot);
                    answered();
                }, cause -> {
                    failures.add(source.endpoint.host() + ": " + cause.getMessage());
                    answered();
                });
            }
            return promise.future();
        }

        private void answered() {
            missing--;
            if (missing == 0) {
                finish();
            } else if (!slots.isEmpty() && timer < 0) {
                timer = vertx.setTimer(STRAGGLERS.toMillis(), id -> finish());
            }
        }

        private void finish() {
            vertx.cancelTimer(timer);
            if (!slots.isEmpty()) {
                promise.tryComplete(List.copyOf(slots));
            } else {
                promise.tryFail(new VoteSource.NoWord(String.join("; ", failures)));
            }
        }
    }
}
