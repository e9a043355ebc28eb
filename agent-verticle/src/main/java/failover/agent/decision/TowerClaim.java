package failover.agent.decision;

import failover.protocol.wire.Action;
import failover.protocol.wire.FailoverRequest;
import failover.protocol.wire.LastOperation;
import failover.protocol.wire.Outcome;

/**
 * What may be concluded of this host's own tower from who is known to have voted (INV-2).
 *
 * @param request the promotion
 * @param last this host's newest finished change; {@code null} when none
 * @param gaveUp the operation in which the identity was last taken off a validator here that carried it; {@code null} when none
 */
record TowerClaim(FailoverRequest request, LastOperation last, String gaveUp) {

    /**
     * The operation that took the identity from this host gives it back: neither a store that is down nor an older copy in it may keep this
     * host from voting. A host that was passive already when it was asked has given nothing up.
     */
    boolean givenBack() {
        return last != null && request.operationId() != null && request.operationId().equals(last.operationId())
                && request.operationId().equals(gaveUp)
                && Action.BECOME_PASSIVE.wire().equals(last.action()) && Outcome.DONE.wire().equals(last.outcome());
    }

    /** Another host may have voted in this operation: then the tower of the host it is given back to need not be the newest. */
    boolean otherTried() {
        return request.tower() != null || request.grant() != null && request.grant().otherTried();
    }

    /**
     * The manager vouches that no other host has voted since this host gave the identity up: there is no newer tower than its own. A
     * manager without a run does not vouch for that.
     */
    boolean newestThereIs() {
        return givenBack() && !otherTried() && request.grant() != null && request.grant().managerRun() != null;
    }

    /** What became of a tower of an operation before; it proves nothing any more: another host may have voted since. */
    static String ofBefore(TowerCheck check) {
        return check.verdict() == TowerCheck.Verdict.VALID
                ? "no final tower of an operation before is newer than the one in place: last voted slot " + check.lastVotedSlot()
                : "the final tower of an operation before is not used: " + check.detail();
    }

    /** An operator goes on with the best tower there is, or none. */
    boolean staleAccepted() {
        return request.grant() != null && request.grant().staleTower();
    }
}
