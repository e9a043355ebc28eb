package failover.testbed.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.protocol.solana.TowerReading.Fault;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The original README's commands against a real etcd: what they do, and the holes that the agent must close. */
@ExtendWith(LabLogs.class)
class EtcdIT {
    private static Lab lab;

    @BeforeAll
    static void start() {
        lab = Lab.create().withEtcd().start();
    }

    @AfterAll
    static void close() {
        lab.close();
    }

    @BeforeEach
    void reset() {
        lab.reset();
    }

    private JsonObject commands(String name) {
        JsonObject json = new JsonObject();
        LabConfig.etcd(json, lab.validator(name), lab.staked(), lab.etcd().endpoint());
        return json;
    }

    private BashRunner.Result backup(String name) {
        return BashRunner.run(List.of("bash", "-c", commands(name).getString("tower_backup_command")));
    }

    private BashRunner.Result restore(String name, String... options) {
        String[] command = {"bash", "-c", commands(name).getString("tower_restore_command")};
        return options.length == 0 ? BashRunner.run(List.of(command)) : BashRunner.run(List.of("bash", "-o", options[0], "-c", command[2]));
    }

    @Test
    void theTowerTravelsThroughEtcd() {
        backup("a").ok();
        restore("b").ok();
        assertTrue(lab.validator("b").tower().valid(), lab.validator("b").tower().reason());
        lab.validator("a").setUnstaked().ok();
        lab.validator("b").setStaked(true).ok();
        lab.judge().awaitVoter("b", Duration.ofSeconds(5));
        assertTrue(lab.judge().clean(), lab.judge()::text);
    }

    @Test
    void aGlobThatMatchesNothingStoresAnEmptyValueAndTheCommandSucceeds() {
        assertEquals(0, backup("b").exit(), "OM0-11: base64 fails inside $(…), etcdctl does not notice");
        assertEquals("", lab.etcd().get(LabConfig.TOWER_KEY));
    }

    @Test
    void withEtcdDownTheRestoreSucceedsAndLeavesAnEmptyTowerUnlessPipesMayFail() {
        lab.etcd().kill();
        assertEquals(0, restore("b").exit(), "OM0-10");
        assertEquals(Fault.EMPTY, lab.validator("b").tower().fault());
        assertNotEquals(0, restore("b", "pipefail").exit());
        lab.etcd().start();
        lab.etcd().awaitReady(Duration.ofSeconds(20));
    }
}
