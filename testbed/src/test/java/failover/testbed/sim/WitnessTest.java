package failover.testbed.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.wire.VoteReport;
import org.junit.jupiter.api.Test;

/** The checker of INV-6: what a source has truly shown. */
class WitnessTest {
    private static final long SECOND = 1_000_000_000L;
    private final Witness witness = new Witness();

    private void says(long vote, long slot, long asked) {
        witness.said(new VoteReport("account", vote, slot, 0, null), asked * SECOND);
    }

    @Test
    void aNewVoteIsProgressUntilItHasStoodStillForSixteenSlots() {
        says(100, 101, 1);
        assertFalse(witness.progress(101));
        says(101, 102, 2);
        assertTrue(witness.progress(102));
        says(101, 117, 8);
        assertTrue(witness.progress(117));
        assertFalse(witness.still(0, 8 * SECOND));
        says(101, 118, 9);
        assertFalse(witness.progress(118));
        assertTrue(witness.still(0, 9 * SECOND));
        assertFalse(witness.still(9 * SECOND, 9 * SECOND), "asked before the last call");
    }

    /** Votes on a fork that vanish with it are no votes, nor is that they vanish; what is left is as old as it was. */
    @Test
    void aForkThatVanishesIsNoProgressAndWhatIsLeftIsAsOldAsItWas() {
        says(99, 100, 1);
        says(100, 101, 2);
        for (long slot = 130; slot < 150; slot++) {
            says(slot - 1, slot, slot / 3);
        }
        assertTrue(witness.progress(150));
        says(100, 150, 60);
        assertFalse(witness.progress(150));
        assertTrue(witness.still(0, 61 * SECOND));
        assertEquals("last vote 100 at its slot 150, the same since 101", witness.toString());
    }

    @Test
    void aNewVoteWhereTheForkWasIsProgress() {
        says(100, 101, 1);
        says(130, 131, 2);
        says(120, 132, 3);
        assertTrue(witness.progress(132));
        assertFalse(witness.still(0, 4 * SECOND));
    }
}
