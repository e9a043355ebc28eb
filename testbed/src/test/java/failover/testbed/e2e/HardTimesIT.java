package failover.testbed.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.lab.Await;
import failover.testbed.lab.Lab;
import failover.testbed.lab.LabLogs;
import failover.testbed.lab.LabValidator;
import failover.testbed.link.LinkProxy;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Links that lie, programs that restart, validators that refuse: real processes, and the judge has the last word. */
@ExtendWith(LabLogs.class)
class HardTimesIT {

    @Test
    void aBlipNeverFailsOver() throws Exception {
        try (Lab lab = Lab.create().withManager().configure("manager", json -> json.put("misses_before_failover", 25)).start()) {
            Pair.settled(lab, "primary");
            lab.link("manager", "a").cut();
            Await.until("the manager misses a poll", Pair.SOON, () -> !"no_problem".equals(Pair.state(lab).getString("verdict")));
            lab.link("manager", "a").clear();
            Pair.stays(lab, "a", "b", Duration.ofSeconds(1));
            lab.validator("a").fault("unhealthy");
            Await.until("the manager sees one bad reading", Pair.SOON,
                    () -> !"no_problem".equals(Pair.state(lab).getString("verdict")));
            lab.validator("a").fault("clear");
            Pair.stays(lab, "a", "b", Duration.ofSeconds(3));
            assertFalse(lab.manager().output().contains("FAILOVER INITIATED"));
        }
    }

    /** OM0-1, OM-8, and scenario 9: the host that swallows everything is replaced, and the check of the other is not spoiled. */
    @Test
    void aBlackHoledHostIsReplacedAndDelaysNothing() {
        try (Lab lab = Lab.create().withManager().start()) {
            Pair.settled(lab, "primary");
            // A machine that is busy may miss the first poll of all: that is not what is asked here.
            int before = lab.manager().output().length();
            lab.validator("a").suspend();
            lab.agent("a").suspend();
            lab.link("manager", "a").blackHole();
            lab.link("b", "a").blackHole();
            Await.until("validator b votes", Pair.SOON, () -> lab.judge().votes("b") > 0, lab.judge()::text);
            assertEquals(0, lab.judge().doubleVotes());
            assertFalse(lab.manager().output().substring(before).contains("[secondary] UNREACHABLE"));
            lab.validator("a").kill();
        }
    }

    /** Scenario 23: the polls arrive, their answers do not, and the active goes on by the peer's promise while its votes land. */
    @Test
    void anActiveWhoseAnswersAreLostStays() throws Exception {
        staysThough(LinkProxy.Way.FROM);
    }

    /** Scenario 22, the other way round: the active hears no manager, but its peer. */
    @Test
    void anActiveThatHearsNoManagerStays() throws Exception {
        staysThough(LinkProxy.Way.TO);
    }

    private static void staysThough(LinkProxy.Way lost) throws Exception {
        try (Chaos chaos = Chaos.pair(lab -> lab)) {
            chaos.lab().link("manager", "a").cut(lost);
            chaos.awaitVerdict(Chaos.VOTING);
            chaos.stays("a", Chaos.SILENCE.multipliedBy(2));
            assertFalse(chaos.lab().manager().output().contains("FAILOVER INITIATED"));
            chaos.heal();
            chaos.ready("primary");
            chaos.innocent();
        }
    }

    @Test
    void aRestartedManagerGoesOnWithRealityNotWithItsFile() throws Exception {
        try (Lab lab = Lab.create().withManager().start()) {
            Pair.settled(lab, "primary");
            HttpResponse<String> answer = Pair.failover(lab);
            assertEquals(200, answer.statusCode(), answer.body());
            assertTrue(answer.body().contains("Failover completed successfully: primary -\\u003e secondary"), answer.body());
            Pair.movedTo(lab, "b");
            lab.manager().restart();
            Pair.settled(lab, "secondary");
            lab.manager().kill();
            lab.manager().start();
            Pair.settled(lab, "secondary");
            Pair.stays(lab, "b", "a", Duration.ofSeconds(2));
        }
    }

    @Test
    void rolesSwappedSinceTheConfigurationWasWrittenAreNoticed() {
        try (Lab lab = Lab.create().withManager().configure("manager", json -> {
            String active = json.getString("active_validator");
            json.put("active_validator", json.getString("passive_validator")).put("passive_validator", active);
        }).start()) {
            Pair.settled(lab, "secondary");
            lab.validator("a").crash();
            Pair.movedTo(lab, "b");
        }
    }

    @Test
    void aRestartedAgentOnTheVoterChangesNothing() throws Exception {
        try (Lab lab = Lab.create().withManager().configure("manager", json -> json.put("misses_before_failover", 50)).start()) {
            Pair.settled(lab, "primary");
            Pair.leaseWritten(lab, "a");
            lab.agent("a").kill();
            lab.agent("a").start();
            lab.agent("a").awaitListening(Pair.SOON);
            Pair.settled(lab, "primary");
            assertTrue(lab.agent("a").status().getBoolean("is_active"));
            assertFalse(lab.manager().output().contains("FAILOVER INITIATED"), lab.agent("a")::tail);
        }
    }

    /** E16: what no fencer stands behind is not left voting unguarded, unless the operator says so. */
    @Test
    void anAgentThatStopsWithoutAFencerDemotesFirst() throws Exception {
        try (Lab lab = Lab.create().withManager().configure("manager", json -> json.put("misses_before_failover", 50)).start()) {
            Pair.settled(lab, "primary");
            lab.agent("a").awaitLog("this host holds the identity by a lease now", Pair.SOON);
            lab.agent("a").stop();
            assertEquals(0, lab.agent("a").exitCode());
            lab.agent("a").awaitLog(Pattern.quote("this agent stops and no fencer stands behind this host"), Pair.SOON);
            lab.agent("a").awaitLog(Pattern.quote("=== NOW PASSIVE ==="), Pair.SOON);
            lab.agent("a").reconfigure(json -> json.put("fencing", "off"));
            lab.agent("a").start();
            lab.judge().awaitVoter("a", Pair.SOON);
            Pair.settled(lab, "primary");
            lab.agent("a").restart();
            Pair.settled(lab, "primary");
            Pair.stays(lab, "a", "b", Duration.ofSeconds(2));
        }
    }

    /** OM0-3, OM-1, scenario 4: a planned move gives up, a sick active is made unable to sign; nobody is promoted beside it. */
    @Test
    void aRefusedDemotionNeverMakesTwoVoters() {
        try (Lab lab = Lab.create().withManager().start()) {
            Pair.settled(lab, "primary");
            lab.validator("a").fault("set-identity-refuse");
            HttpResponse<String> answer = Pair.failover(lab);
            assertEquals(500, answer.statusCode(), answer.body());
            assertTrue(lab.validator("a").alive());
            Pair.clean(lab);
            lab.validator("a").fault("unhealthy");
            Pair.movedTo(lab, "b");
            assertFalse(lab.validator("a").alive());
        }
    }

    /** Scenario 6: what was refused before, or proven not to hold after, gives the identity back to the old holder. */
    @Test
    void aRefusedPromotionGivesTheIdentityBack() {
        try (Lab lab = Lab.create().withManager().start()) {
            Pair.settled(lab, "primary");
            lab.validator("b").fault("set-identity-refuse");
            HttpResponse<String> answer = Pair.failover(lab);
            assertEquals(500, answer.statusCode(), answer.body());
            assertTrue(answer.body().contains("has the identity again"), answer.body());
            Pair.movedTo(lab, "a");
        }
    }

    /** OM0-12: an operator's {@code monitor} beside the validator. */
    @Test
    void twoProcessesWithTheNameAreToldApart() throws Exception {
        try (Lab lab = Lab.create().withManager().start()) {
            LabValidator a = lab.validator("a");
            Process monitor = new ProcessBuilder(a.files().cli().toString(), "-l", a.files().ledger().toString(), "monitor")
                    .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            try {
                Pair.settled(lab, "primary");
                Pair.stays(lab, "a", "b", Duration.ofSeconds(2));
                JsonObject status = lab.agent("a").status();
                assertTrue(status.getBoolean("process_running"));
                assertTrue(status.getBoolean("process_healthy"), status::encode);
                a.crash();
                Pair.movedTo(lab, "b");
                assertTrue(monitor.isAlive());
            } finally {
                monitor.destroyForcibly().waitFor();
            }
        }
    }

    /** OM0-15, OM-12. */
    @Test
    void dryRunSaysWhatItWouldDoAndDoesNothing() throws Exception {
        try (Lab lab = Lab.create().withManager().configure("manager", json -> json.put("dry_run", true)).start()) {
            Pair.settled(lab, "primary");
            HttpResponse<String> answer = Pair.failover(lab);
            assertTrue(answer.body().contains("\"success\":false"), answer.body());
            assertTrue(answer.body().contains("\"dry_run\":true"), answer.body());
            Pair.stays(lab, "a", "b", Duration.ofSeconds(1));
            lab.validator("a").crash();
            lab.manager().awaitLog("\\[DRY-RUN\\] Would perform failover, but dry-run is enabled: process not running", Pair.SOON);
            Await.never("somebody is moved", Duration.ofSeconds(2), () -> lab.judge().votes("b") > 0);
            assertEquals(1, lab.manager().output().split("Would perform failover, but dry-run is enabled: process", -1).length - 1);
            assertEquals("active", lab.agent("a").status().getString("role"));
        }
    }
}
