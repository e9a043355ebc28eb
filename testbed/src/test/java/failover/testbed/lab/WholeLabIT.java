package failover.testbed.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The laboratory with the real programs in it: that the fixture starts them, connects them and lets them work. */
@ExtendWith(LabLogs.class)
class WholeLabIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void aDeadValidatorIsReplacedWithItsTowerAndWithoutADoubleVote() {
        try (Lab lab = Lab.create().withManager().start()) {
            // The six programs; a guard takes nothing from the environment, the lab's mark neither.
            assertEquals(6, lab.living().size(), lab::tails);
            // The agent's first backup must be there before the validator dies.
            Await.until("a tower has been backed up", SOON,
                () -> java.nio.file.Files.exists(lab.directory().resolve("shared").resolve("tower.bin")));
            lab.validator("a").crash();
            lab.judge().awaitVoter("b", SOON);
            assertTrue(lab.judge().clean(), lab.judge()::text);
        }
    }

    @Test
    void aBlackHoledClusterLinkOfTheManagerHarmsNobody() {
        try (Lab lab = Lab.create().withManager().start()) {
            lab.link("manager", "cluster").blackHole();
            lab.judge().awaitVotesFrom("a", SOON);
            assertEquals(true, lab.agent("a").status().getBoolean("is_active"));
            assertTrue(lab.judge().clean(), lab.judge()::text);
        }
    }
}
