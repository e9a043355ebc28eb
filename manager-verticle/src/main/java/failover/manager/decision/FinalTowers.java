package failover.manager.decision;

import failover.manager.decision.DurableManagerState.LastTower;
import failover.protocol.wire.FailoverResponse;
import failover.protocol.wire.FinalTower;

/**
 * INV-2: a final tower that a host handed over has votes that no store may have yet. It came with the answer to a demotion, which may have
 * failed all the same, or come late, and the operation may be over: whoever is promoted next gets it, there or back, whatever became of the
 * operation, and after a restart. It is never thrown away, only replaced by a newer one: one that the host has a newer one of harms nobody.
 */
final class FinalTowers {
    private FinalTowers() {
    }

    /** An answer has come; true where it brought a newer tower than any before. */
    static boolean keep(ManagerState state, FailoverResponse response, ManagerOptions rules) {
        FinalTower handed = response == null ? null : response.tower();
        if (handed == null) {
            return false;
        }
        String identity = state.stakedIdentity(rules);
        LastTower known = state.memory.lastTower();
        if (known != null && of(known, identity) && known.tower().lastVotedSlot() >= handed.lastVotedSlot()) {
            return false;
        }
        state.memory = state.memory.withLastTower(new LastTower(identity, handed));
        return true;
    }

    /**
     * The newest final tower there is; {@code null} where this operation had none, or had it from the recipient itself. That one is put in
     * place without asking a store.
     */
    static FinalTower newest(ManagerState state, Operation move, ManagerOptions rules) {
        FinalTower now = move.towerOf == move.to ? null : move.tower;
        FinalTower known = known(state, rules);
        return now != null && known != null && known.lastVotedSlot() > now.lastVotedSlot() ? known : now;
    }

    /**
     * One of an operation before, where {@link #newest} is none. Somebody may have voted since: the recipient puts it in its place unless
     * it has a newer one, and asks its store all the same.
     */
    static FinalTower before(ManagerState state, Operation move, ManagerOptions rules) {
        FinalTower known = known(state, rules);
        // What this operation took from the recipient is in its place there.
        boolean own = move.towerOf == move.to && known != null && known.equals(move.tower);
        return own || newest(state, move, rules) != null ? null : known;
    }

    private static FinalTower known(ManagerState state, ManagerOptions rules) {
        LastTower known = state.memory.lastTower();
        return known != null && of(known, state.stakedIdentity(rules)) ? known.tower() : null;
    }

    private static boolean of(LastTower known, String identity) {
        return known.identity() == null || identity == null || known.identity().equals(identity);
    }
}
