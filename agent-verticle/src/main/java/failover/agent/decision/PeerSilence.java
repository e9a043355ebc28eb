package failover.agent.decision;

import failover.protocol.wire.VoteWord;

/**
 * What a bare {@code become_active} comes to while the peer says nothing (E13). A manager of the original sends it on silence alone, so the
 * one thing that can be seen from here is looked at: the identity's votes, as the RPC beside this validator knows them (E6).
 *
 * @param refusal why it is refused; {@code null} when silence is taken for a yes
 * @param words what is not guaranteed then
 */
record PeerSilence(String refusal, String words) {
    /** Slots without a vote that tell silence from a vote that is late, as the manager counts them (E6). */
    private static final long STILL = 16;

    static PeerSilence of(VoteWord votes) {
        boolean known = votes != null && !votes.failed() && votes.lastVote() > 0;
        long old = known ? votes.slot() - votes.lastVote() : 0;
        if (known && old < STILL) {
            return new PeerSilence("the peer does not answer, and the identity votes: its newest vote is " + old + " slots old, " + STILL
                    + " without one are silence", null);
        }
        return new PeerSilence(null, "the peer does not answer, and that is taken for a yes, as the original does: it holds no lease, so "
                + "nothing guarantees that its validator cannot sign; "
                + (known ? "its newest vote is " + old + " slots old" : "nothing is known of its votes")
                + "; if it is only cut off, two may vote once it is back: see that it is off");
    }
}
