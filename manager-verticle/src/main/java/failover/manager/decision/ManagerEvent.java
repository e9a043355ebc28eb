package failover.manager.decision;

import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.StatusResponse;
import java.util.List;

/** What happens to a manager. Posted by the shell through one mailbox, on the verticle's context. */
public sealed interface ManagerEvent {

    /** A heartbeat, or an earlier look that the core asked for ({@link ManagerEffect.Wake}). */
    record Tick() implements ManagerEvent {
    }

    /**
     * An agent answered a poll.
     *
     * @param host which
     * @param poll the number of the poll ({@link ManagerEffect.Poll})
     * @param status what it said
     */
    record StatusReplied(Host host, long poll, StatusResponse status) implements ManagerEvent {
    }

    /**
     * An agent did not answer a poll.
     *
     * @param host which
     * @param poll the number of the poll
     * @param failure why
     */
    record StatusFailed(Host host, long poll, Failure failure) implements ManagerEvent {
    }

    /**
     * The network's slot was read.
     *
     * @param slots what each {@code cluster_rpc} that answered gave, at least one
     */
    record NetworkSlotRead(List<Long> slots) implements ManagerEvent {
        /** Copies. */
        public NetworkSlotRead {
            slots = List.copyOf(slots);
        }

        /** One gave one. */
        public NetworkSlotRead(long slot) {
            this(List.of(slot));
        }
    }

    /**
     * No {@code cluster_rpc} gave a slot.
     *
     * @param why for people, naming each source
     */
    record NetworkSlotUnknown(String why) implements ManagerEvent {
    }

    /**
     * The memory of {@link ManagerEffect.Save} is durable, or is not.
     *
     * @param number that of the Save
     * @param error file and reason; {@code null} when it is
     */
    record Saved(long number, String error) implements ManagerEvent {
    }

    /**
     * An agent answered a command.
     *
     * @param command the number of the command ({@link ManagerEffect.Command})
     * @param response what it said
     */
    record CommandReplied(long command, FailoverResponse response) implements ManagerEvent {
    }

    /**
     * An agent did not answer a command.
     *
     * @param command the number of the command
     * @param failure why
     */
    record CommandFailed(long command, Failure failure) implements ManagerEvent {
    }

    /**
     * A source of votes answered ({@link ManagerEffect.ReadVotes}).
     *
     * @param source its name
     * @param reading its words
     */
    record VotesRead(String source, VoteReading reading) implements ManagerEvent {
    }

    /**
     * A source of votes could not say.
     *
     * @param source its name
     * @param why for people
     * @param askedAt monotonic
     * @param refuses it serves no method that tells of votes: that is no trouble that passes
     */
    record VotesUnknown(String source, String why, long askedAt, boolean refuses) implements ManagerEvent {
        /** It is in trouble. */
        public VotesUnknown(String source, String why, long askedAt) {
            this(source, why, askedAt, false);
        }
    }

    /**
     * A source of votes said who it is ({@link ManagerEffect.ReadNodes}).
     *
     * @param source its name
     * @param node its words
     * @param askedAt monotonic
     */
    record NodeRead(String source, NodeReport node, long askedAt) implements ManagerEvent {
    }

    /**
     * An operator asks for a failover.
     *
     * @param ticket the shell's name for the answer it owes
     * @param reason the operator's words, never empty
     * @param fenced the operator states that the present active cannot sign
     * @param staleTower the operator accepts a tower that is older than the chain, or none
     */
    record FailoverAsked(long ticket, String reason, boolean fenced, boolean staleTower) implements ManagerEvent {
    }

    /**
     * An operator pauses or resumes automatic failovers.
     *
     * @param ticket the shell's name for the answer it owes
     * @param pause or resume
     * @param reason the operator's words, never empty
     */
    record PauseAsked(long ticket, boolean pause, String reason) implements ManagerEvent {
    }
}
