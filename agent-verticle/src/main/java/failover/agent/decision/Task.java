package failover.agent.decision;

import failover.protocol.wire.FinalTower;
import java.time.Duration;

/**
 * One step of a change of role, for the shell to do. A change has one task out at a time; each is answered by exactly one
 * {@link TaskResult} of the matching kind, also when it failed or was cancelled.
 */
public sealed interface Task {

    /**
     * Run a configured command in the command worker; kill its whole process tree at the limit. Answer: {@link TaskResult.Ran}.
     *
     * @param kind which
     * @param limit how long it may take
     */
    record Run(CommandKind kind, Duration limit) implements Task {
    }

    /** Probe the validator anew (no cached observation). Answer: {@link TaskResult.Looked}. */
    record Look() implements Task {
    }

    /**
     * Let time pass. Answer: {@link TaskResult.Waited}.
     *
     * @param time how long
     */
    record Wait(Duration time) implements Task {
    }

    /**
     * SIGKILL exactly this process, if it is still the same one, and see it dead. Answer: {@link TaskResult.Killed}.
     *
     * @param pid process id
     * @param startTicks field 22 of its stat
     * @param limit how long to watch it die
     */
    record Kill(long pid, long startTicks, Duration limit) implements Task {
    }

    /**
     * SIGKILL every process with the validator's name and verify their death: a fence that cannot tell which one is the validator leaves
     * none of them (E2). Answer: {@link TaskResult.Killed}.
     *
     * @param limit the limit of that verification
     */
    record KillAll(Duration limit) implements Task {
    }

    /**
     * Make the memory durable (fsync). Answer: {@link TaskResult.Saved}; a disk that has not answered within the limit is one that failed,
     * although what was asked of it may still be done.
     *
     * @param memory all of it
     * @param limit how long to wait
     */
    record Save(DurableAgentState memory, Duration limit) implements Task {
    }

    /**
     * See to it that the fencer knows the lease, before the identity is set (E4). Answer: {@link TaskResult.Armed}.
     *
     * @param limit how long to wait for its answer
     */
    record Arm(Duration limit) implements Task {
    }

    /** Judge the tower file on this host. Answer: {@link TaskResult.TowerChecked}. */
    record CheckTower() implements Task {
    }

    /** Read the tower of this host, to hand it on: the identity is off. Answer: {@link TaskResult.TowerTaken}. */
    record TakeTower() implements Task {
    }

    /**
     * Put the tower that was handed over in its place, unless a newer one is there. Answer: {@link TaskResult.TowerChecked}.
     *
     * @param tower from a host that held the identity
     * @param newest there is no newer one; else another host may have voted since
     */
    record InstallTower(FinalTower tower, boolean newest) implements Task {
    }

    /** Put {@code tower_file_path} aside under another name: a copy is known elsewhere. Answer: {@link TaskResult.Waited}. */
    record SetTowerAside() implements Task {
    }

    /** Ask the peer who is active (E13). Answer: {@link TaskResult.PeerSaid}. */
    record AskPeer() implements Task {
    }
}
