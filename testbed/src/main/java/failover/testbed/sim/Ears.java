package failover.testbed.sim;

import failover.agent.decision.AgentEvent;
import failover.agent.decision.CommandKind;
import failover.agent.decision.DurableAgentState;
import failover.agent.decision.Task;
import failover.protocol.wire.Action;

/** What one agent's core is told: the truth, or what a core without some rule would take for it. */
final class Ears {
    private final Mutant mutant;
    private final boolean identityKnown;
    /** The newest memory that the core wanted to be saved. */
    private DurableAgentState known;
    private Action change;
    private CommandKind lastIdentityCommand;

    /** {@code identityKnown}: the core can tell by the validator's word alone who carries the identity. */
    Ears(Mutant mutant, boolean identityKnown) {
        this.mutant = mutant;
        this.identityKnown = identityKnown;
    }

    AgentEvent hear(AgentEvent event) {
        return mutant.toAgent(event, known, change, lastIdentityCommand);
    }

    /** The core says that it begins a change. */
    void says(String line) {
        if (line.startsWith("=== BECOMING")) {
            change = line.startsWith("=== BECOMING ACTIVE") ? Action.BECOME_ACTIVE : Action.BECOME_PASSIVE;
            lastIdentityCommand = null;
        }
    }

    void begins(Task task) {
        if (task instanceof Task.Run run && (run.kind() == CommandKind.IDENTITY_CHANGE || run.kind() == CommandKind.IDENTITY_REMOVE)) {
            lastIdentityCommand = run.kind();
        } else if (task instanceof Task.Save save) {
            known = save.memory();
        }
    }

    void remembers(DurableAgentState memory) {
        known = memory;
    }

    /** The highest epoch it has obeyed. */
    long epoch() {
        return known == null ? 0 : known.epoch();
    }

    /** It is bound to a manager. */
    boolean managed() {
        return known != null && known.bindings().managed();
    }

    /** Reality can be read without the state file: the validator can be asked, and no change is half done. */
    boolean mayForget() {
        return identityKnown && known != null && known.intent() == null && known.inDoubt() == null;
    }
}
