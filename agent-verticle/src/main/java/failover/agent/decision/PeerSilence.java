package failover.agent.decision;

import failover.protocol.wire.VoteReport;

/**
 * The result of a bare {@code become_active} while the peer is silent (E13). A manager of the original sends it on silence alone, so the
 * only evidence available here is used: the identity's votes, as this host's RPC knows them (E6).
 *
 * @param refusal why it is refused; {@code null} when silence is taken for a yes
 * @param words what is not guaranteed in that case
 */
record PeerSilence(String refusal, String words) {
    /** So long without a vote tells silence from a vote that is late: the 16 slots that the manager counts (E6), as long as they were. */
    private static final long STILL_MS = 16 * SlotDuration.USUAL;

    static PeerSilence of(VoteReport votes, long slotMs) {
        long still = SlotDuration.slotsIn(STILL_MS, slotMs);
        boolean known = votes != null && !votes.failed() && votes.lastVote() > 0;
        long old = known ? votes.slot() - votes.lastVote() : 0;
        if (known && old < still) {
            return new PeerSilence("the peer does not answer, and the identity votes: its newest vote is " + old + " slots old, " + still
                    + " without one are silence", null);
        }
        return new PeerSilence(null, "the peer does not answer, and that is taken for a yes, as the original does: it holds no lease, so "
                + "nothing guarantees that its validator cannot sign; "
                + (known ? "its newest vote is " + old + " slots old" : "nothing is known of its votes")
                + "; if it is only cut off, two may vote once it is back: see that it is off");
    }
}
