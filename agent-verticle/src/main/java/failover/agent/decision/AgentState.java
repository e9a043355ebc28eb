package failover.agent.decision;

/** Everything an agent knows between two events; immutable for the shell. */
public final class AgentState {
}
