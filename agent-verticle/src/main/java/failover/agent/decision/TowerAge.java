package failover.agent.decision;

import failover.protocol.wire.Grant;
import failover.protocol.wire.VoteReport;

/**
 * Whether a tower is new enough for a promotion (safety.md, "The tower"): a vote that its holder cast after the tower was copied is
 * recorded nowhere else, and the new holder could contradict it. The chain's record shows the votes that landed. What may be lacking is a
 * time; how many slots that is, the manager measures.
 *
 * @param refusal why it is not, with what would do; {@code null} when it is
 * @param words for the log, when there is something to say; {@code null} when not
 */
record TowerAge(String refusal, String words) {
    /** A backup takes time, and so do the last votes of a holder to land: eight slots of the usual length. */
    private static final long SLACK_MS = 8 * SlotDuration.USUAL;
    /** A tower that was read after the identity was off lacks nothing; what a chain shows beyond it is a moment of clock. */
    private static final long HANDED_OVER_MS = 8 * SlotDuration.USUAL;

    /**
     * Judges a tower that is valid in itself.
     *
     * @param grant what the promotion rests on; {@code null} for a bare one, which cannot accept an old tower
     * @param seenHere the votes by this host's RPC; {@code null} when unknown
     * @param fromStore a restore command brought it; else it is the final one, handed over or this host's own
     */
    static TowerAge of(TowerCheck tower, Grant grant, VoteReport seenHere, boolean fromStore, AgentOptions rules) {
        long here = seenHere == null || seenHere.failed() ? 0 : seenHere.lastVote();
        long chain = Math.max(here, grant == null ? 0 : grant.lastVote());
        if (chain == 0) {
            return new TowerAge(null, "how old the tower is cannot be said: nobody has shown a vote of this identity on the chain yet");
        }
        long missing = chain - tower.lastVotedSlot();
        if (missing <= 0) {
            return new TowerAge(null, null);
        }
        long slotMs = grant == null ? 0 : grant.slotMs();
        long limit = fromStore ? ofStore(grant, rules, slotMs) : SlotDuration.slotsIn(HANDED_OVER_MS, slotMs);
        String numbers = "its last vote is slot " + tower.lastVotedSlot() + ", " + missing + " slots before the newest on the chain ("
                + chain + "; limit " + limit + ")";
        if (missing <= limit) {
            return new TowerAge(null, "the tower is a little older than the chain, which the validator makes up for: " + numbers);
        }
        if (grant == null || grant.staleTower()) {
            return new TowerAge(null, "the tower is TOO OLD and used all the same, "
                    + (grant == null ? "as a bare become_active has it: " : "as an operator accepts it: ") + numbers);
        }
        return new TowerAge("the tower is too old: " + tower.detail() + "; " + numbers + "; bring a newer one here, raise "
                + "max_tower_lag_slots, or accept it: failover-manager --trigger-failover --accept-stale-tower", null);
    }

    /**
     * What a tower from a store may lack, unless the operator sets it: the votes since the last backup, and, where an agent died beside its
     * validator, those without a backup until the lease had ended.
     */
    private static long ofStore(Grant grant, AgentOptions rules, long slotMs) {
        long millis = rules.towerBackupInterval().toMillis() + (grant == null ? 0 : grant.leaseMs());
        return rules.maxTowerLagSlots() > 0 ? rules.maxTowerLagSlots() : SlotDuration.slotsIn(millis, slotMs)
                + SlotDuration.slotsIn(SLACK_MS, slotMs);
    }
}
