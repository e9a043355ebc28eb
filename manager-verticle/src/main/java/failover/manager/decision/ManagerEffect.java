package failover.manager.decision;

import failover.protocol.Level;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.StatusRequest;
import java.time.Duration;

/** What the shell is to do, in the order given. */
public sealed interface ManagerEffect {

    /**
     * Poll an agent; answer with StatusReplied or StatusFailed. Several may be out at once.
     *
     * @param host which
     * @param poll number of this poll, to be given back
     * @param request the body
     * @param limit its own deadline
     */
    record Poll(Host host, long poll, StatusRequest request, Duration limit) implements ManagerEffect {
    }

    /** Read the network's slot from every {@code cluster_rpc} at once; answer with NetworkSlotRead or NetworkSlotUnknown. */
    record ReadNetworkSlot() implements ManagerEffect {
    }

    /**
     * Ask every source of votes; answer with one VotesRead or VotesUnknown for each.
     *
     * @param identity whose votes, base58
     * @param limit of each answer
     * @param askedAt this instant, monotonic
     */
    record ReadVotes(String identity, Duration limit, long askedAt) implements ManagerEffect {
    }

    /**
     * Ask every source of votes who it is, of which cluster, and what that has finalized; answer with one NodeRead for each.
     *
     * @param askedAt this instant, monotonic
     */
    record ReadNodes(long askedAt) implements ManagerEffect {
    }

    /**
     * Make the memory durable (fsync); answer with Saved.
     *
     * @param number of this Save, to be given back
     * @param memory all of it
     */
    record Save(long number, DurableManagerState memory) implements ManagerEffect {
    }

    /**
     * Make the memory durable, nobody waits for it; a failure is logged by the shell.
     *
     * @param memory all of it
     */
    record Remember(DurableManagerState memory) implements ManagerEffect {
    }

    /**
     * Send {@code POST /failover} on a connection of its own; never repeated by the shell; answer with CommandReplied or CommandFailed.
     *
     * @param host to which
     * @param command number of this command, to be given back
     * @param request the body
     * @param limit how long to wait for the answer
     */
    record Command(Host host, long command, FailoverRequest request, Duration limit) implements ManagerEffect {
    }

    /**
     * Answer an operator, exactly once.
     *
     * @param ticket whose request
     * @param answer with what
     */
    record Answer(long ticket, OperatorAnswer answer) implements ManagerEffect {
    }

    /**
     * Post a Tick after this time, besides the heartbeat.
     *
     * @param after how long
     */
    record Wake(Duration after) implements ManagerEffect {
    }

    /**
     * Write a line.
     *
     * @param level how loud
     * @param line the line
     */
    record Say(Level level, String line) implements ManagerEffect {
    }

    /**
     * What an operator gets: the original's plain-text errors, or its JSON.
     *
     * @param status HTTP status: 200, 500 or 503
     * @param error text when not 200; else {@code null}
     * @param response body when 200, a record of {@code failover.protocol.wire}; else {@code null}
     */
    record OperatorAnswer(int status, String error, Record response) {
    }
}
