package failover.testbed.sim;

import failover.agent.decision.Observation;
import failover.agent.decision.ProcessView;
import failover.protocol.ClockReading;
import java.util.function.Consumer;

/** An agent's looks at its validator, as the probe worker serves them: shared, and at most 250 ms old. */
final class SimProbe {
    private static final long LOOK_AGE = 250_000_000L;
    private static final long PROBE_LIMIT = 500_000_000L;
    private static final long DRIPS_FOR = 20_000_000_000L;
    private static final long LONG_AGO = Long.MIN_VALUE / 2;

    private final SimContext world;
    private final int host;
    private final SimProcess reader;
    private final SimProcess asker;
    private final SimValidator validator;
    private final Sources sources;
    private Observation look;
    private long lookedAt = LONG_AGO;
    private long changedAt = LONG_AGO;

    /** Looks that are made by one thread of the agent, for another. */
    SimProbe(SimContext world, int host, SimProcess reader, SimProcess asker, SimValidator validator, Sources sources) {
        this.sources = sources;
        this.world = world;
        this.host = host;
        this.reader = reader;
        this.asker = asker;
        this.validator = validator;
    }

    /** The agent starts anew. */
    void forget() {
        lookedAt = LONG_AGO;
    }

    /** What was seen before now is not shown to anybody any more. */
    void changed() {
        changedAt = world.agenda().now();
    }

    /** The newest look, as young as any that is shown; {@code null} when it is older. */
    Observation recent() {
        return world.agenda().now() - lookedAt <= LOOK_AGE && lookedAt >= changedAt ? look : null;
    }

    void observe(Consumer<Observation> then) {
        if (world.agenda().now() - lookedAt <= LOOK_AGE && lookedAt >= changedAt) {
            then.accept(look);
            return;
        }
        lookAfresh(then);
    }

    /** The process table at the beginning, the RPC a moment later: in between, things change. */
    void lookAfresh(Consumer<Observation> then) {
        lookWithin(Long.MAX_VALUE, then);
    }

    /** The same, with so much patience. */
    void lookWithin(long limit, Consumer<Observation> then) {
        RandomStream dice = world.dice(RandomStream.Concern.VALIDATORS, host);
        long at = world.agenda().now();
        ClockReading begun = reader.now();
        var process = validator.process();
        boolean mute = validator.running() && !validator.answers();
        if (process.running() && world.on(Fault.Kind.LOOK_DRIPS, host)) {
            drips(begun, process, limit, then);
            return;
        }
        long took = !process.running() ? dice.millis(0, 1) : mute && dice.chance(0.5) ? dice.millis(300, 500) : dice.millis(0, 5);
        reader.after(Math.min(took, limit), () -> {
            boolean answers = process.running() && validator.answers();
            Observation seen = new Observation(begun.nanos(), process, answers ? validator.slot() : 0, answers && validator.healthy(),
                    answers ? null : "failed to get slot", answers ? validator.identity() : null, answers ? null : "no answer",
                    process.running() ? sources.ofHost(host) : null);
            if (at > lookedAt && at >= changedAt) {
                lookedAt = at;
                look = seen;
            }
            asker.arrive(() -> then.accept(seen));
        });
    }

    /** A byte now and then: the probe worker gives up after its limit, whoever asked with one of its own is on its own. */
    private void drips(ClockReading begun, ProcessView process, long limit, Consumer<Observation> then) {
        boolean own = limit != Long.MAX_VALUE;
        reader.after(own ? DRIPS_FOR : PROBE_LIMIT, () -> {
            Observation seen = new Observation(begun.nanos(), process, 0, false, "failed to get slot", null, "no answer",
                    sources.ofHost(host));
            asker.arrive(() -> then.accept(seen));
        });
    }
}
