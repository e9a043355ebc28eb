package failover.manager.decision;

/**
 * What an operation is doing: it is in one of these between any two events. {@link OperationPhases} has the way from one to the next.
 *
 * <pre>
 * PERSISTING_DEMOTION, DEMOTING, [FINAL_CHECK,] PERSISTING_PROMOTION, PROMOTING, [READING_OUTCOME,] the end
 *                                               where that does not end well: [PERSISTING_CLEARING, CLEARING, [AWAITING_RETRY, ...]]
 *                                               and then the same from PERSISTING_PROMOTION on, back to the old holder
 * </pre>
 */
enum Phase {
    /** That the holder is to be demoted is being written. */
    PERSISTING_DEMOTION(DurableManagerState.Phase.DEMOTING),
    /** A become_passive to the holder is out. */
    DEMOTING(DurableManagerState.Phase.DEMOTING),
    /** The last call to a silent holder has failed: what its votes do from then on decides (E6). */
    FINAL_CHECK(DurableManagerState.Phase.DEMOTING),
    /** That the target is to be promoted is being written. */
    PERSISTING_PROMOTION(DurableManagerState.Phase.PROMOTING),
    /** A become_active to the target is out. */
    PROMOTING(DurableManagerState.Phase.PROMOTING),
    /** The answer to become_active was lost: what became of it is read from the target's statuses. */
    READING_OUTCOME(DurableManagerState.Phase.PROMOTING),
    /** That the target, which may be active or not, is to be made passive is being written. */
    PERSISTING_CLEARING(DurableManagerState.Phase.CLEARING),
    /** A become_passive to the target is out. */
    CLEARING(DurableManagerState.Phase.CLEARING),
    /** The target did not say that it is passive: it is asked again in a moment, unless it is certainly gone by then. */
    AWAITING_RETRY(DurableManagerState.Phase.CLEARING);

    private final DurableManagerState.Phase durable;

    Phase(DurableManagerState.Phase durable) {
        this.durable = durable;
    }

    /** What of it is written down; a restarted manager goes on from there. The way back is written as a promotion of its own. */
    DurableManagerState.Phase durable() {
        return durable;
    }

    /** A Save is awaited. */
    boolean persisting() {
        return this == PERSISTING_DEMOTION || this == PERSISTING_PROMOTION || this == PERSISTING_CLEARING;
    }

    /** The answer to a command is awaited. */
    boolean commandOut() {
        return this == DEMOTING || this == PROMOTING || this == CLEARING;
    }

    /** A become_active has gone out, or is about to. */
    boolean promotionBegun() {
        return durable != DurableManagerState.Phase.DEMOTING;
    }

    /** Whether the target is active is not known, and holds everything else up. */
    boolean inDoubt() {
        return this == READING_OUTCOME || durable == DurableManagerState.Phase.CLEARING;
    }
}
