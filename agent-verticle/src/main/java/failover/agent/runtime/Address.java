package failover.agent.runtime;

import failover.agent.AgentRuntime;
import failover.agent.TaskExecutor;
import failover.agent.command.BackupWorker;
import failover.agent.command.CommandWorker;
import failover.agent.validator.ProbeCache;
import failover.agent.validator.ProbeWorker;

/** The bus addresses of one agent: who sends, who listens, what order may be assumed. All local, also on a cluster. */
public enum Address {
    /**
     * {@link ProbeCache} sends a {@link ProbeWorker.Order}, {@link ProbeWorker} answers an Observation; answers may overtake each other.
     */
    PROBE("failover.agent.probe"),
    /** {@link TaskExecutor} sends a {@link CommandWorker.Order}, {@link CommandWorker} answers a CommandResult; one at a time, in order. */
    COMMAND("failover.agent.command"),
    /** {@link AgentRuntime} sends a {@link CommandWorker.Order}, {@link BackupWorker} answers a CommandResult; never two at once. */
    BACKUP("failover.agent.backup");

    private final String prefix;

    Address(String prefix) {
        this.prefix = prefix;
    }

    /** The address within one agent: two agents in one Vert.x never reach each other's workers. */
    public String of(String instance) {
        return prefix + "." + instance;
    }
}
