package failover.agent.decision;

import failover.protocol.ClockReading;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.LeaveRequest;
import failover.protocol.wire.PeerStatusRequest;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.PromiseRequest;
import failover.protocol.wire.StatusRequest;

/** What happens to an agent. Posted by the shell through one mailbox, on the verticle's context. */
public sealed interface AgentEvent {

    /** A quarter of a second has passed, more or less. */
    record Tick() implements AgentEvent {
    }

    /**
     * A manager polled.
     *
     * @param request what it sent
     */
    record ManagerPolled(StatusRequest request) implements AgentEvent {
    }

    /**
     * The validator was probed for another reason (a status reply, the monitor).
     *
     * @param observation what was seen
     */
    record Observed(Observation observation) implements AgentEvent {
    }

    /**
     * The peer asks whether it may stay active (E7); answered by {@link AgentEffect.AnswerPeer}.
     *
     * @param ticket the runtime's id of the pending reply
     * @param request its request, with a {@code stay}
     */
    record StayAsked(long ticket, PeerStatusRequest request) implements AgentEvent {
    }

    /**
     * The peer asks whether this host changes managers with it (E12); answered by {@link AgentEffect.AnswerPeer}.
     *
     * @param ticket the shell's name for the answer it owes
     * @param request its request, with a {@code leave}
     */
    record LeaveAsked(long ticket, PeerStatusRequest request) implements AgentEvent {
    }

    /**
     * The answer to {@link AgentEffect.AskToLeave}.
     *
     * @param asked the question
     * @param answer the peer's answer; {@code null} when it was silent
     */
    record LeaveAnswered(LeaveRequest asked, PeerStatusResponse answer) implements AgentEvent {
    }

    /**
     * The answer to {@link AgentEffect.Keep}.
     *
     * @param number its number
     * @param error why it is not durable, or not known to be; {@code null} when it is
     */
    record Kept(long number, String error) implements AgentEvent {
    }

    /**
     * The answer to {@link AgentEffect.LookAtTower}.
     *
     * @param check the verdict on the file
     * @param ageMs milliseconds since it was written, at the time of the read; 0 when it could not be read
     */
    record TowerSeen(TowerCheck check, long ageMs) implements AgentEvent {
    }

    /**
     * An operator on this host declares a partner this agent is bound to gone for good ({@code --forget-manager}, {@code --forget-peer}).
     *
     * @param manager forget the manager
     * @param peer forget the peer
     */
    record Forget(boolean manager, boolean peer) implements AgentEvent {
    }

    /**
     * The answer to {@link AgentEffect.AskToStay}.
     *
     * @param asked the question
     * @param sentAt when it was sent
     * @param answer the peer's words; {@code null} when it was silent
     */
    record StayAnswered(PromiseRequest asked, ClockReading sentAt, PeerStatusResponse answer) implements AgentEvent {
    }

    /**
     * The fencer was looked at.
     *
     * @param capable it answered lately that it would fence this host
     */
    record FencerSeen(boolean capable) implements AgentEvent {
    }

    /** The lease has expired by the wall clock alone (E9): unless it is renewed at once, this host fences itself. */
    record LeaseDoubted() implements AgentEvent {
    }

    /** The dead-man has begun to fence this host: its lease ends (E2). Whatever else runs has been cut short. */
    record FenceBegun() implements AgentEvent {
    }

    /**
     * The dead-man has ended.
     *
     * @param memory what it left in the state file
     * @param response how it ended
     */
    record Fenced(DurableAgentState memory, FailoverResponse response) implements AgentEvent {
    }

    /**
     * A change of role was asked for.
     *
     * @param ticket the shell's name for the answer it owes
     * @param request the request as received
     */
    record ChangeAsked(long ticket, FailoverRequest request) implements AgentEvent {
    }

    /**
     * The task that was out is done.
     *
     * @param result its answer
     */
    record TaskDone(TaskResult result) implements AgentEvent {
    }

    /**
     * The peer answered the monitor's question.
     *
     * @param answer its answer
     */
    record PeerAnswered(PeerStatusResponse answer) implements AgentEvent {
    }

    /**
     * The peer did not answer the watch's question.
     *
     * @param why for people
     */
    record PeerSilent(String why) implements AgentEvent {
    }

    /**
     * The Internet was tried ({@link AgentEffect.CheckInternet}).
     *
     * @param reachable most of the endpoints answered
     */
    record InternetChecked(boolean reachable) implements AgentEvent {
    }

    /**
     * A periodic tower backup ended ({@link AgentEffect.Backup}).
     *
     * @param result how
     */
    record BackedUp(CommandResult result) implements AgentEvent {
    }

    /**
     * The vote accounts were asked for one whose node is that identity ({@link AgentEffect.FindVoteAccount}).
     *
     * @param identity base58
     * @param found there is one; {@code null} when unknown
     */
    record VoteAccountLooked(String identity, Boolean found) implements AgentEvent {
    }
}
