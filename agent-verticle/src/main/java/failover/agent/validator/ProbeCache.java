package failover.agent.validator;

import failover.agent.config.AgentConfig;
import failover.agent.decision.Observation;
import failover.agent.decision.ProcessView;
import failover.agent.runtime.Address;
import failover.agent.runtime.LocalDelivery;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The newest probe of the validator, shared by all callers. Each gets one that was begun at most 250 ms before; concurrent callers share
 * it. Used on the agent's context only.
 */
public final class ProbeCache {
    public static final Duration FRESH = Duration.ofMillis(250);
    private static final Duration MARGIN = Duration.ofSeconds(2);
    private final Vertx vertx;
    private final String address;
    private final Duration limit;
    private final Consumer<Observation> listener;
    private final Function<Boolean, ProbeWorker.Look> order;
    private Observation newest;
    private Future<Observation> underWay;
    private long underWaySince;
    /** Probes begun before this instant are stale: a command has changed the validator since. */
    private volatile long notBefore = Long.MIN_VALUE;

    /**
     * A cache.
     *
     * @param listener called with each probe that was not requested by a task
     * @param order makes the request of a probe; its argument: no cached part is allowed
     */
    public ProbeCache(Vertx vertx, AgentConfig config, String instance, Consumer<Observation> listener,
            Function<Boolean, ProbeWorker.Look> order) {
        this.vertx = vertx;
        this.address = Address.PROBE.of(instance);
        this.limit = config.timing().rpcTimeout().multipliedBy(3).plus(MARGIN);
        this.listener = listener;
        this.order = order;
    }

    /** A probe begun at most 250 ms ago. Fails when the probe worker does not answer: then nothing is known, not even that it is down. */
    public Future<Observation> recent() {
        long now = System.nanoTime();
        if (newest != null && counts(newest.atNanos()) && now - newest.atNanos() <= FRESH.toNanos()) {
            return Future.succeededFuture(newest);
        }
        if (underWay != null && counts(underWaySince) && now - underWaySince <= FRESH.toNanos()) {
            return underWay.compose(this::orAgain);
        }
        Future<Observation> look = look(false);
        underWaySince = now;
        underWay = look;
        look.onComplete(done -> {
            if (underWay == look) {
                underWay = null;
            }
        }).onSuccess(seen -> {
            if (counts(seen.atNanos())) {
                listener.accept(seen);
            }
        });
        return look.compose(this::orAgain);
    }

    /** A command has run, or a kill: what was seen before is no answer to anybody any more, least of all "passive". Any thread. */
    public void forget() {
        notBefore = System.nanoTime();
    }

    private boolean counts(long begun) {
        return notBefore == Long.MIN_VALUE || begun - notBefore >= 0;
    }

    private Future<Observation> orAgain(Observation seen) {
        return counts(seen.atNanos()) ? Future.succeededFuture(seen) : recent();
    }

    /** A probe begun now. Never fails: without an answer, the process counts as alive and nothing else is known. */
    public Future<Observation> fresh() {
        long begun = System.nanoTime();
        return look(true).otherwise(failure -> {
            ProcessView last = newest == null ? ProcessView.NOT_RUNNING : newest.process();
            String why = "the probe worker did not answer: " + failure.getMessage();
            ProcessView assumed = new ProcessView(true, last.pid(), last.startTicks(), last.uptime(), false);
            return new Observation(begun, assumed, 0, false, why, null, why);
        });
    }

    private Future<Observation> look(boolean fresh) {
        return vertx.eventBus().<Observation>request(address, order.apply(fresh), LocalDelivery.within(limit)).map(message -> {
            Observation seen = message.body();
            if (newest == null || seen.atNanos() - newest.atNanos() > 0) {
                newest = seen;
            }
            return seen;
        });
    }
}
