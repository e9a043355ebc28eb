package failover.testbed.lab;

import failover.protocol.solana.Pubkey;
import failover.protocol.solana.Tower;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;

/** The configuration files that a lab writes: short times, everything on loopback, the README's own shell commands. */
final class LabConfig {
    /** Key in etcd, as in the original README. */
    static final String TOWER_KEY = "/solana/tower/active";

    private LabConfig() {
    }

    /** Where the agent of that host and its fencer, if there is one, meet. */
    static Path leases(Path host) {
        return host.resolve("lease");
    }

    /** One agent, with towers handed over through a shared directory. */
    static JsonObject agent(LabValidator validator, Pubkey staked, String listen, String peer, boolean active, Path host, Path shared) {
        LabValidator.Files files = validator.files();
        String tower = files.ledger().resolve(Tower.fileName(staked)).toString();
        String copy = shared.resolve("." + validator.name()).toString();
        String store = shared.resolve("tower.bin").toString();
        String cli = files.cli() + " -l " + files.ledger();
        return new JsonObject()
            .put("listen_addr", listen)
            .put("local_rpc", validator.localRpc())
            .put("process_name", validator.comm())
            .put("peer_endpoint", peer)
            .put("is_active_on_start", active)
            .put("manager_timeout", "5s")
            .put("tower_backup_interval", "1s")
            // A copy becomes visible by its rename only: a restore never reads half a tower.
            .put("tower_backup_command", "cp " + tower + " " + copy + " && mv " + copy + " " + store)
            .put("tower_restore_command", "cp " + store + " " + tower + ".restored && mv " + tower + ".restored " + tower)
            .put("identity_change_command", cli + " set-identity --require-tower " + files.stakedKey())
            .put("identity_remove_command", cli + " set-identity " + files.unstaked())
            .put("min_process_uptime", "100ms")
            .put("ledger_path", files.ledger().toString())
            .put("state_dir", host.resolve("agent-state").toString())
            .put("lease_dir", leases(host).toString())
            .put("dry_run", false);
    }

    /** Towers handed over through etcd, in the words of the original README. */
    static void etcd(JsonObject agent, LabValidator validator, Pubkey staked, String endpoint) {
        Path ledger = validator.files().ledger();
        agent.put("tower_backup_command",
            "etcdctl --endpoints=" + endpoint + " put " + TOWER_KEY + " \"$(base64 -w0 " + ledger + "/tower-1_9-*.bin)\"");
        agent.put("tower_restore_command", "etcdctl --endpoints=" + endpoint + " get " + TOWER_KEY
            + " --print-value-only | base64 -d > " + ledger.resolve(Tower.fileName(staked)));
    }

    static JsonObject manager(String active, String passive, String clusterRpc, int apiPort, Path host) {
        return new JsonObject()
            .put("active_validator", active)
            .put("passive_validator", passive)
            .put("cluster_rpc", clusterRpc)
            .put("slot_check_interval", "1s")
            .put("heartbeat_interval", "400ms")
            .put("misses_before_failover", 10)
            .put("slot_diff_threshold", 100)
            .put("request_timeout", "1s")
            .put("api_listen", "127.0.0.1:" + apiPort)
            .put("state_dir", host.resolve("manager-state").toString())
            .put("dry_run", false);
    }
}
