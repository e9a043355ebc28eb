package failover.agent.decision;

import failover.protocol.ClockReading;
import failover.protocol.Level;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.LeaveRequest;
import failover.protocol.wire.PromiseAnswer;
import failover.protocol.wire.PromiseRequest;
import java.time.Duration;

/** What the shell is to do, in the order given. */
public sealed interface AgentEffect {

    /**
     * Do one step of the change under way; answer with {@link AgentEvent.TaskDone}.
     *
     * @param task the step
     */
    record Do(Task task) implements AgentEffect {
    }

    /** Kill the command that runs now, tree and all, so that its task is answered at once as cancelled; also ends a wait. */
    record CutShort() implements AgentEffect {
    }

    /**
     * Answer a request, exactly once.
     *
     * @param ticket whose
     * @param response with what
     */
    record Reply(long ticket, FailoverResponse response) implements AgentEffect {
    }

    /** Ask {@code /peer-status} of the peer; answer with {@link AgentEvent.PeerAnswered} or {@link AgentEvent.PeerSilent}. */
    record AskPeer() implements AgentEffect {
    }

    /**
     * Ask the peer whether this host may stay active (E7); answer with {@link AgentEvent.StayAnswered}.
     *
     * @param request the question
     * @param sentAt this instant
     */
    record AskToStay(PromiseRequest request, ClockReading sentAt) implements AgentEffect {
    }

    /**
     * Ask the peer to change managers together (E12); answer with {@link AgentEvent.LeaveAnswered}.
     *
     * @param request the question
     */
    record AskToLeave(LeaveRequest request) implements AgentEffect {
    }

    /**
     * Answer the peer's {@link AgentEvent.StayAsked} or {@link AgentEvent.LeaveAsked}, exactly once.
     *
     * @param ticket whose question
     * @param answer the answer; {@code null} when there can be none, and the request fails
     */
    record AnswerPeer(long ticket, PromiseAnswer answer) implements AgentEffect {
    }

    /**
     * Make the memory durable; answer with {@link AgentEvent.Kept}, within a second or two whatever the disk does.
     *
     * @param number names it
     * @param memory all of it
     */
    record Keep(long number, DurableAgentState memory) implements AgentEffect {
    }

    /**
     * Read the tower of this host, which is active; answer with {@link AgentEvent.TowerSeen}, within a few seconds whatever the disk does.
     */
    record LookAtTower() implements AgentEffect {
    }

    /**
     * What the dead-man and the fencer go by, whenever it has changed (E2, E4).
     *
     * @param hold the lease; {@code null} when this host needs none, and the fencer may rest
     * @param memory what is known now, that of a change under way included
     */
    record Publish(HeldLease hold, DurableAgentState memory) implements AgentEffect {
    }

    /** Cut the task that is out short and drop its result: the change it belongs to is no more. */
    record Abandon() implements AgentEffect {
    }

    /** Try the Internet; answer with {@link AgentEvent.InternetChecked}. */
    record CheckInternet() implements AgentEffect {
    }

    /** Probe the validator; answer with {@link AgentEvent.Observed}. */
    record Observe() implements AgentEffect {
    }

    /**
     * Ask the validator's RPC whether a vote account belongs to this identity; answer with {@link AgentEvent.VoteAccountLooked}.
     *
     * @param identity base58
     */
    record FindVoteAccount(String identity) implements AgentEffect {
    }

    /**
     * Run the tower backup in the backup worker; answer with {@link AgentEvent.BackedUp}.
     *
     * @param limit how long it may take
     */
    record Backup(Duration limit) implements AgentEffect {
    }

    /** Kill a backup that runs; harmless when none does. */
    record CancelBackup() implements AgentEffect {
    }

    /**
     * Persist the state without waiting; a failure is logged by the runtime.
     *
     * @param memory all of it
     */
    record Remember(DurableAgentState memory) implements AgentEffect {
    }

    /**
     * Write a line.
     *
     * @param level how loud
     * @param line the line
     */
    record Say(Level level, String line) implements AgentEffect {
    }
}
