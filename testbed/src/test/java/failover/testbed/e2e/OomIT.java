package failover.testbed.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.lab.Lab;
import failover.testbed.lab.LabLogs;
import failover.testbed.lab.MemoryLimit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The kernel runs out of memory, and takes the agent: nobody asks it, and it says nothing. */
@ExtendWith(LabLogs.class)
class OomIT {

    /** Fails where the fencer does not act (nobody is promoted), acts late, or leaves anything voting beside the successor. */
    @Test
    void scenario12AnAgentThatTheOomKillerEndsBesideAVotingValidatorIsFencedAndReplaced() throws Exception {
        try (MemoryLimit limit = MemoryLimit.ofMegabytes(16); Chaos chaos = Chaos.fenced(lab -> lab)) {
            Lab lab = chaos.lab();
            limit.put(lab.agent("a")).exhaust();
            assertTrue(lab.agent("a").awaitEnd(Pair.SOON), lab.agent("a")::tail);
            long voted = lab.judge().votes("a");
            assertEquals(128 + 9, lab.agent("a").exitCode());
            assertTrue(limit.kills() > 0, "the kernel says that it was its OOM killer");
            chaos.fencedInTime("a");
            chaos.ends("b");
            assertTrue(lab.judge().votes("a") > voted, "the validator went on voting without its agent");
            assertFalse(lab.validator("a").alive());
            chaos.replacedInTime();
            System.out.println("OOM killer: longest gap " + lab.judge().longestGap().toMillis() + " ms");
        }
    }

    /**
     * The guard lives in the same group, as in a service of systemd; the kernel takes the largest, which is the agent. Fails where it goes
     * with its agent, or says nothing and does nothing: nobody is promoted then, or both vote.
     */
    @Test
    void scenario12AnAgentThatTheOomKillerEndsWithoutAFencerIsFencedByItsGuardAndReplaced() throws Exception {
        try (MemoryLimit limit = MemoryLimit.ofMegabytes(16); Chaos chaos = Chaos.pair(lab -> lab)) {
            Lab lab = chaos.lab();
            limit.put(lab.agent("a")).exhaust();
            assertTrue(lab.agent("a").awaitEnd(Pair.SOON), lab.agent("a")::tail);
            assertEquals(128 + 9, lab.agent("a").exitCode());
            assertTrue(limit.kills() > 0, "the kernel says that it was its OOM killer");
            lab.agent("a").awaitLog("failover guard: .* is dead", Pair.SOON);
            chaos.ends("b");
            assertFalse(lab.validator("a").alive());
            chaos.replacedInTime();
        }
    }
}
