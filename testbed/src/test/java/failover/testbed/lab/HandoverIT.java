package failover.testbed.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.solana.TowerReading.Fault;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LabLogs.class)
class HandoverIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static Lab lab;

    @BeforeAll
    static void start() {
        lab = Lab.create().start();
    }

    @AfterAll
    static void close() {
        lab.close();
    }

    @BeforeEach
    void reset() {
        lab.reset();
    }

    private void copyTower() throws IOException {
        Files.copy(lab.validator("a").towerFile(), lab.validator("b").towerFile(), StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void theIdentityMovesByTheCommandLineWithoutADoubleVote() throws IOException {
        LabValidator a = lab.validator("a");
        LabValidator b = lab.validator("b");
        lab.judge().awaitVotesFrom("a", SOON);
        a.setUnstaked().ok();
        copyTower();
        b.setStaked(true).ok();
        lab.judge().awaitVoter("b", SOON);
        assertTrue(b.staked());
        assertFalse(a.staked());
        JsonObject report = lab.judge().report();
        assertTrue(lab.judge().clean(), lab.judge()::text);
        assertEquals(0, report.getJsonArray("takeovers").getJsonObject(0).getLong("tower_behind"), report::encode);
        assertTrue(lab.judge().longestGap().toMillis() < 3000, lab.judge()::text);
    }

    @Test
    void twoCarriersAreConvictedWithTheirDoubleVotes() throws IOException {
        copyTower();
        lab.validator("b").setStaked(true).ok();
        Await.until("double votes", SOON, () -> lab.judge().doubleVotes() > 0, lab.judge()::text);
        assertFalse(lab.judge().clean());
        assertTrue(lab.judge().dualIdentity().toMillis() > 0);
    }

    @Test
    void aValidatorWithoutATowerRefusesIfOneIsRequired() {
        BashRunner.Result refused = lab.validator("b").setStaked(true);
        assertEquals(1, refused.exit());
        assertTrue(refused.error().startsWith("setIdentity request failed: Server returned rpc error Invalid params: "
            + "Unable to load tower file for identity " + lab.staked() + ": IO Error"), refused.error());
        assertFalse(lab.validator("b").staked());
    }

    @Test
    void anEmptyTowerIsRefusedToo() throws IOException {
        Files.createFile(lab.validator("b").towerFile());
        assertEquals(Fault.EMPTY, lab.validator("b").tower().fault());
        assertEquals(1, lab.validator("b").setStaked(true).exit());
    }

    @Test
    void withoutATowerItStartsFromTheVotesThatLanded() {
        lab.validator("a").crash();
        lab.validator("b").setStaked(false).ok();
        lab.judge().awaitVoter("b", SOON);
        assertTrue(lab.judge().clean(), lab.judge()::text);
        assertTrue(lab.judge().report().getJsonArray("takeovers").getJsonObject(0).getValue("tower_slot") == null);
    }

    @Test
    void votesThatWereSignedButDidNotLandAreWhatATakeoverWithoutTowerBreaks() {
        lab.cluster().fault("lose-votes", "a");
        lab.judge().awaitVotesFrom("a", SOON).awaitVotesFrom("a", SOON);
        lab.validator("b").fault("lag", "3");
        lab.validator("a").setUnstaked().ok();
        lab.validator("b").setStaked(false).ok();
        Await.until("a conviction", SOON, () -> !lab.judge().clean(), lab.judge()::text);
    }

    @Test
    void aCrashedCarrierIsGoneForTheJudgeAndComesBackUnstaked() {
        lab.validator("a").crash();
        Await.until("nobody carries it", SOON, () -> lab.judge().report().getJsonArray("carriers").isEmpty(), lab.judge()::text);
        lab.validator("a").start();
        lab.validator("a").awaitReady(SOON);
        assertFalse(lab.validator("a").staked(), "the boot identity is the unstaked one");
    }

    @Test
    void whatItVotesIsInItsTowerBeforeItIsSent() {
        lab.judge().awaitVotesFrom("a", SOON);
        long voted = lab.judge().report().getJsonObject("last_vote").getLong("slot");
        assertTrue(lab.validator("a").tower().tower().orElseThrow().lastVotedSlot().orElseThrow() >= voted);
        assertFalse(Files.exists(lab.validator("b").towerFile()));
    }

    @Test
    void anIsolatedCarrierSignsNothingNewAndIsSeenOnTheChainAsNotVoting() {
        Await.until("b sees a's votes", SOON, () -> lastVote() > 0);
        long before = lastVote();
        lab.link("a", "cluster").cut();
        Await.until("the chain goes on without votes", Duration.ofSeconds(10), () -> lab.cluster().slot() > before + 8);
        assertTrue(lastVote() <= before + 2, "the vote account stands still");
        lab.link("a", "cluster").clear();
        lab.judge().awaitVotesFrom("a", SOON);
        assertTrue(lab.judge().clean(), lab.judge()::text);
    }

    private long lastVote() {
        JsonObject accounts = lab.validator("b").rpc("getVoteAccounts").getJsonObject("result");
        return accounts.getJsonArray("current").isEmpty() ? 0 : accounts.getJsonArray("current").getJsonObject(0).getLong("lastVote");
    }
}
