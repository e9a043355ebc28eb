package failover.agent.decision;

import failover.protocol.ClockReading;
import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.Outcome;
import failover.protocol.wire.Role;
import java.time.Duration;
import java.util.List;

/**
 * The demotion that a lease's end makes necessary (E2): the same steps as an ordered one, within what is left of the lease, and with
 * SIGKILL at their end. Driven by the dead-man, who needs neither event loop nor mailbox; used by one thread.
 */
public final class Fence {
    private final Demotion demotion;
    private final ClockReading begun;

    /**
     * The fence of a host that can be reached no more, or whose agent goes.
     *
     * @param limit what it may take in all
     * @param memory what the agent knows, that of a change under way included
     * @param why for people
     */
    public Fence(AgentOptions rules, Duration limit, DurableAgentState memory, String why, ClockReading now) {
        FailoverRequest request = new FailoverRequest(Action.BECOME_PASSIVE.wire(), why, false, now.wallSeconds(), null, 0, 0, false);
        this.begun = now;
        this.demotion = Demotion.fence(rules, request, memory, limit, now);
    }

    /** The first step. */
    public Task begin(List<AgentEffect> out) {
        return demotion.begin(out);
    }

    /** The step after {@code done}; {@code null} when the fence has ended. */
    public Task next(TaskResult done, ClockReading now, List<AgentEffect> out) {
        return demotion.advance(done, now, out);
    }

    /** What is left when nothing else can be trusted: whatever may be the validator is killed. The answer goes to {@link #next}. */
    public Task lastResort() {
        return demotion.killAll();
    }

    /**
     * The identity is off, verified or by the command's exit status: the fencer is disarmed, although the tower may still be on its way.
     */
    public boolean safe() {
        return demotion.memory().role() == Role.PASSIVE && demotion.memory().inDoubt() == null;
    }

    /** What is known now. */
    public DurableAgentState memory() {
        return demotion.memory();
    }

    /** How it ended. */
    public FailoverResponse response(ClockReading now) {
        RoleChangeResult result = demotion.result();
        return new FailoverResponse(result.outcome() == Outcome.DONE, result.message(), false, begun.wallSeconds(), null,
                result.outcome().wire(), result.verified(), result.identity(), result.processDead(), demotion.memory().epoch(),
                now.since(begun.nanos()).toMillis(), demotion.tower());
    }
}
