package failover.agent.decision;

import failover.protocol.Now;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.StatusResponse;

/** The agent's one decision function. */
public final class AgentCore {
    private final AgentRules rules;

    /** A core for that configuration. */
    public AgentCore(AgentRules rules) {
        this.rules = rules;
    }

    /** The state of a freshly started agent and its first effects; {@code memory} always has a host id (the shell makes one if new). */
    public Step start(AgentMemory memory, boolean memoryIsNew, Now now) {
        throw new UnsupportedOperationException("" + rules);
    }

    /** One event. */
    public Step step(AgentState state, AgentEvent event, Now now) {
        throw new UnsupportedOperationException();
    }

    /** The answer to {@code /status}; {@code observation} is at most 250 ms old. */
    public StatusResponse status(AgentState state, Observation observation, Now now) {
        throw new UnsupportedOperationException();
    }

    /** The answer to {@code /peer-status}. */
    public PeerStatusResponse peerStatus(AgentState state, Observation observation, Now now) {
        throw new UnsupportedOperationException();
    }
}
