package failover.agent.decision;

import failover.protocol.Now;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.PeerStatusRequest;
import failover.protocol.wire.PeerStatusResponse;
import failover.protocol.wire.StatusRequest;
import failover.protocol.wire.StayRequest;

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
     * Somebody looked at the validator for another reason (a status answer, the guard).
     *
     * @param observation what was seen
     */
    record Observed(Observation observation) implements AgentEvent {
    }

    /**
     * The peer asks whether it may stay active (E7).
     *
     * @param request its words, with a {@code stay}
     */
    record StayAsked(PeerStatusRequest request) implements AgentEvent {
    }

    /**
     * The answer to {@link AgentEffect.AskToStay}.
     *
     * @param asked the question
     * @param sentAt when it was sent
     * @param answer the peer's words; {@code null} when it was silent
     */
    record StayAnswered(StayRequest asked, Now sentAt, PeerStatusResponse answer) implements AgentEvent {
    }

    /**
     * The fencer was looked at.
     *
     * @param capable it answered lately that it would fence this host
     */
    record FencerSeen(boolean capable) implements AgentEvent {
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
    record Fenced(AgentMemory memory, FailoverResponse response) implements AgentEvent {
    }

    /**
     * A change of role was asked for.
     *
     * @param ticket the shell's name for the answer it owes
     * @param request the wire's words
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
     * The peer answered the watch's question.
     *
     * @param answer its words
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
     * @param found there is one; {@code null} when nobody could say
     */
    record VoteAccountLooked(String identity, Boolean found) implements AgentEvent {
    }
}
