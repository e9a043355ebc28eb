package failover.testbed.sim;

import failover.agent.decision.AgentEffect;
import failover.agent.decision.AgentEvent;
import failover.agent.decision.Task;
import failover.agent.decision.TaskResult;
import failover.manager.decision.ManagerEffect;
import failover.manager.decision.ManagerEvent;
import java.util.Map;

/**
 * The number of each kind of event, effect and task in a trace. A number is given once: a type that gets another name, or place, keeps it,
 * so that a run which is the same has the same trace before and after. A new kind gets the next free number of its hundred.
 */
final class TraceNumbers {
    private static final Map<Class<?>, Long> NUMBERS = Map.ofEntries(
            Map.entry(AgentEvent.Tick.class, 101L),
            Map.entry(AgentEvent.ManagerPolled.class, 102L),
            Map.entry(AgentEvent.Observed.class, 103L),
            Map.entry(AgentEvent.StayAsked.class, 104L),
            Map.entry(AgentEvent.LeaveAsked.class, 105L),
            Map.entry(AgentEvent.LeaveAnswered.class, 106L),
            Map.entry(AgentEvent.Kept.class, 107L),
            Map.entry(AgentEvent.TowerSeen.class, 108L),
            Map.entry(AgentEvent.Forget.class, 109L),
            Map.entry(AgentEvent.StayAnswered.class, 110L),
            Map.entry(AgentEvent.FencerSeen.class, 111L),
            Map.entry(AgentEvent.LeaseDoubted.class, 112L),
            Map.entry(AgentEvent.FenceBegun.class, 113L),
            Map.entry(AgentEvent.Fenced.class, 114L),
            Map.entry(AgentEvent.ChangeAsked.class, 115L),
            Map.entry(AgentEvent.TaskDone.class, 116L),
            Map.entry(AgentEvent.PeerAnswered.class, 117L),
            Map.entry(AgentEvent.PeerSilent.class, 118L),
            Map.entry(AgentEvent.InternetChecked.class, 119L),
            Map.entry(AgentEvent.BackedUp.class, 120L),
            Map.entry(AgentEvent.VoteAccountLooked.class, 121L),
            Map.entry(AgentEffect.Do.class, 201L),
            Map.entry(AgentEffect.CutShort.class, 202L),
            Map.entry(AgentEffect.Reply.class, 203L),
            Map.entry(AgentEffect.AskPeer.class, 204L),
            Map.entry(AgentEffect.AskToStay.class, 205L),
            Map.entry(AgentEffect.AskToLeave.class, 206L),
            Map.entry(AgentEffect.AnswerPeer.class, 207L),
            Map.entry(AgentEffect.Keep.class, 208L),
            Map.entry(AgentEffect.LookAtTower.class, 209L),
            Map.entry(AgentEffect.Publish.class, 210L),
            Map.entry(AgentEffect.Abandon.class, 211L),
            Map.entry(AgentEffect.CheckInternet.class, 212L),
            Map.entry(AgentEffect.Observe.class, 213L),
            Map.entry(AgentEffect.FindVoteAccount.class, 214L),
            Map.entry(AgentEffect.Backup.class, 215L),
            Map.entry(AgentEffect.CancelBackup.class, 216L),
            Map.entry(AgentEffect.Remember.class, 217L),
            Map.entry(AgentEffect.Say.class, 218L),
            Map.entry(Task.Run.class, 301L),
            Map.entry(Task.Look.class, 302L),
            Map.entry(Task.Wait.class, 303L),
            Map.entry(Task.Kill.class, 304L),
            Map.entry(Task.KillAll.class, 305L),
            Map.entry(Task.Save.class, 306L),
            Map.entry(Task.Arm.class, 307L),
            Map.entry(Task.CheckTower.class, 308L),
            Map.entry(Task.TakeTower.class, 309L),
            Map.entry(Task.InstallTower.class, 310L),
            Map.entry(Task.SetTowerAside.class, 311L),
            Map.entry(Task.AskPeer.class, 312L),
            Map.entry(TaskResult.Ran.class, 401L),
            Map.entry(TaskResult.Looked.class, 402L),
            Map.entry(TaskResult.Waited.class, 403L),
            Map.entry(TaskResult.Killed.class, 404L),
            Map.entry(TaskResult.Saved.class, 405L),
            Map.entry(TaskResult.Armed.class, 406L),
            Map.entry(TaskResult.TowerTaken.class, 407L),
            Map.entry(TaskResult.TowerChecked.class, 408L),
            Map.entry(TaskResult.PeerSaid.class, 409L),
            Map.entry(ManagerEvent.Tick.class, 501L),
            Map.entry(ManagerEvent.StatusReplied.class, 502L),
            Map.entry(ManagerEvent.StatusFailed.class, 503L),
            Map.entry(ManagerEvent.NetworkSlotRead.class, 504L),
            Map.entry(ManagerEvent.NetworkSlotUnknown.class, 505L),
            Map.entry(ManagerEvent.Saved.class, 506L),
            Map.entry(ManagerEvent.CommandReplied.class, 507L),
            Map.entry(ManagerEvent.CommandFailed.class, 508L),
            Map.entry(ManagerEvent.VotesRead.class, 509L),
            Map.entry(ManagerEvent.VotesUnknown.class, 510L),
            Map.entry(ManagerEvent.NodeRead.class, 511L),
            Map.entry(ManagerEvent.FailoverAsked.class, 512L),
            Map.entry(ManagerEvent.PauseAsked.class, 513L),
            Map.entry(ManagerEffect.Poll.class, 601L),
            Map.entry(ManagerEffect.ReadNetworkSlot.class, 602L),
            Map.entry(ManagerEffect.ReadVotes.class, 603L),
            Map.entry(ManagerEffect.ReadNodes.class, 604L),
            Map.entry(ManagerEffect.Save.class, 605L),
            Map.entry(ManagerEffect.Remember.class, 606L),
            Map.entry(ManagerEffect.Command.class, 607L),
            Map.entry(ManagerEffect.Answer.class, 608L),
            Map.entry(ManagerEffect.Wake.class, 609L),
            Map.entry(ManagerEffect.Say.class, 610L));

    private TraceNumbers() {
    }

    /** The number of that kind; 0 of a record that is a part of one. */
    static long of(Class<?> type) {
        return NUMBERS.getOrDefault(type, 0L);
    }
}
