package failover.agent.decision;

import failover.protocol.wire.FinalTower;
import failover.protocol.wire.PeerStatusResponse;

/** The answer to a {@link Task}. */
public sealed interface TaskResult {

    /**
     * To {@link Task.Run}.
     *
     * @param kind which command
     * @param result how it ended
     */
    record Ran(CommandKind kind, CommandResult result) implements TaskResult {
    }

    /**
     * To {@link Task.Look}.
     *
     * @param observation what was seen
     */
    record Looked(Observation observation) implements TaskResult {
    }

    /** To {@link Task.Wait} and {@link Task.SetTowerAside}. */
    record Waited() implements TaskResult {
    }

    /**
     * To {@link Task.Kill} and {@link Task.KillAll}.
     *
     * @param dead the process is verified dead (or gone, or a zombie)
     * @param detail for people, when it is not
     */
    record Killed(boolean dead, String detail) implements TaskResult {
    }

    /**
     * To {@link Task.Save}.
     *
     * @param error file and reason when it could not be made durable; {@code null} when it is
     */
    record Saved(String error) implements TaskResult {
    }

    /**
     * To {@link Task.Arm}.
     *
     * @param why the fencer would not act; {@code null} when it has answered that it would
     */
    record Armed(String why) implements TaskResult {
    }

    /**
     * To {@link Task.TakeTower}.
     *
     * @param tower {@code null} when there is none that is valid
     */
    record TowerTaken(FinalTower tower) implements TaskResult {
    }

    /**
     * To {@link Task.CheckTower} and {@link Task.InstallTower}.
     *
     * @param check its judgement
     */
    record TowerChecked(TowerCheck check) implements TaskResult {
    }

    /**
     * To {@link Task.AskPeer}.
     *
     * @param answer its answer; {@code null} when it did not answer or none is configured
     */
    record PeerSaid(PeerStatusResponse answer) implements TaskResult {
    }
}
