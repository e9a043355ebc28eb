package failover.agent.config;

import failover.agent.decision.AgentOptions.Fencing;
import failover.protocol.config.ConfigLayers;
import failover.protocol.config.Endpoint;
import failover.protocol.config.HostPort;
import failover.protocol.config.IpAllowList;
import failover.protocol.config.Redact;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The agent's whole configuration, validated, immutable. Keys and defaults: docs/compatibility.md 4.6 and the README's table.
 *
 * @param listen {@code listen_addr}; its text form is what {@code /peer-status} sends as {@code from_validator}
 * @param localRpc {@code local_rpc}: the JSON-RPC of this host's validator
 * @param processName {@code process_name}, compared with the kernel's name of the process (at most 15 characters)
 * @param peer {@code peer_endpoint}: the other host's agent; without it the agent has no peer to ask when the manager is silent
 * @param activeOnStart {@code is_active_on_start}: the role assumed when neither the validator nor the state file shows one
 * @param dryRun {@code dry_run}, true unless set to false
 * @param logFile {@code log_file}
 * @param stateDir {@code state_dir}: where role and last operation survive a restart
 * @param allowedIps {@code allowed_ips}; empty allows all
 * @param validatorIdentity {@code validator_identity}: the staked public key, base58
 * @param ledgerPath {@code ledger_path}: the validator's ledger, which holds its admin socket
 * @param towerFilePath {@code tower_file_path}, may contain {@code {validator_identity}}: set aside after a demotion
 * @param maxTowerLagSlots {@code max_tower_lag_slots}: how many slots of votes a tower may lack that comes from a store; 0: those of a
 *     backup interval and of a lease, and 8
 * @param isolation what to do when neither manager nor peer can be reached
 * @param commands the shell commands, empty when unset
 * @param timing periods and time limits
 * @param fencing {@code fencing}: whether this host may be active without a fencer
 * @param leaseDir {@code lease_dir}: in memory, where the agent leaves its lease for the fencer and for its own next start
 * @param watchdog {@code watchdog}: what is used instead of a fencer
 */
public record AgentConfig(
    HostPort listen,
    Endpoint localRpc,
    String processName,
    Optional<Endpoint> peer,
    boolean activeOnStart,
    boolean dryRun,
    Optional<Path> logFile,
    Path stateDir,
    IpAllowList allowedIps,
    Optional<String> validatorIdentity,
    Optional<Path> ledgerPath,
    Optional<String> towerFilePath,
    long maxTowerLagSlots,
    Isolation isolation,
    Commands commands,
    Timing timing,
    Fencing fencing,
    Path leaseDir,
    Watchdog watchdog) {

  /** Who kills what this agent cannot. */
  public enum WatchdogKind {
    /** The fencer, if there is one. */
    OFF,
    /** systemd, by WatchdogSec= of this agent's unit and BindsTo= of the validator's. */
    SYSTEMD,
    /** The hardware, or the kernel, which resets the machine. */
    DEVICE
  }

  /**
   * A watchdog instead of a fencer (safety.md, E1 and E4).
   *
   * @param kind {@code watchdog}
   * @param device the device's path; {@code null} but for {@link WatchdogKind#DEVICE}
   * @param timeout {@code watchdog_timeout}, W: must equal the value of systemd or the kernel; always set for a device
   * @param stop {@code watchdog_stop_timeout}, D_w
   */
  public record Watchdog(WatchdogKind kind, Path device, Optional<Duration> timeout, Duration stop) {
  }

  /** What an isolated active does, {@code on_isolation}. */
  public enum OnIsolation {
    /** Give the identity up: the other host may have taken it. */
    BECOME_PASSIVE,
    /** The newer original's way: stay while the Internet is reachable. Two actives are then possible. */
    CHECK_INTERNET
  }

  /**
   * Isolation.
   *
   * @param action {@code on_isolation}
   * @param internetEndpoints {@code internet_check_endpoints}: TCP; more than half must accept for "the Internet is reachable"
   */
  public record Isolation(OnIsolation action, List<HostPort> internetEndpoints) {
    /** How many must accept a connection: 2 of the default 3. */
    public int needed() {
      return internetEndpoints.size() / 2 + 1;
    }
  }

  /**
   * Shell commands; an empty text is an unset command. Their text form masks what looks like a password.
   *
   * @param towerBackup {@code tower_backup_command}
   * @param towerRestore {@code tower_restore_command}
   * @param identityChange {@code identity_change_command}: makes the validator sign with the staked identity
   * @param identityRemove {@code identity_remove_command}: makes it carry the unstaked one
   * @param passiveSymlink {@code passive_identity_symlink_command}
   * @param activeSymlink {@code active_identity_symlink_command}
   * @param validatorRestart {@code validator_restart_command}
   * @param agentStop {@code agent_stop_command}; unset: the agent ends by itself
   * @param identityCheck {@code identity_check_command}, may contain {@code {local_rpc}}
   */
  public record Commands(String towerBackup, String towerRestore, String identityChange, String identityRemove,
      String passiveSymlink, String activeSymlink, String validatorRestart, String agentStop, String identityCheck) {
    @Override
    public String toString() {
      return Redact.command("Commands[towerBackup=" + towerBackup + ", towerRestore=" + towerRestore + ", identityChange="
          + identityChange + ", identityRemove=" + identityRemove + ", passiveSymlink=" + passiveSymlink + ", activeSymlink="
          + activeSymlink + ", validatorRestart=" + validatorRestart + ", agentStop=" + agentStop + ", identityCheck="
          + identityCheck + "]");
    }
  }

  /**
   * Periods and limits, all positive.
   *
   * @param managerTimeout {@code manager_timeout} (30 s): silence after which the peer is asked
   * @param minProcessUptime {@code min_process_uptime} (120 s): younger counts as not healthy
   * @param towerBackupInterval {@code tower_backup_interval} (10 s)
   * @param rpcTimeout {@code rpc_timeout} (2 s): one call of the validator's RPC; too long and {@code /status} misses the manager's limit
   * @param commandTimeout {@code command_timeout} (10 s): each command, then its whole process tree is killed
   * @param demotionTimeout {@code demotion_timeout} (10 s): the whole demotion
   * @param promotionTimeout {@code promotion_timeout} (20 s): the whole promotion
   * @param fence {@code fence_timeout}: what a fence needs here; empty: whatever the manager's lease leaves
   */
  public record Timing(Duration managerTimeout, Duration minProcessUptime, Duration towerBackupInterval, Duration rpcTimeout,
      Duration commandTimeout, Duration demotionTimeout, Duration promotionTimeout, Optional<Duration> fence) {
  }

  /**
   * The settings of a verticle that was deployed with a configuration object (which takes the place of the file) and an environment.
   * Pure: opens no file, logs nothing. Tests use it as their builder: {@code fromVertx(new JsonObject().put("dry_run", false), Map.of())}.
   *
   * @throws failover.protocol.config.ConfigException with every problem at once
   */
  public static AgentConfig fromVertx(JsonObject config, Map<String, String> environment) {
    ConfigLayers layers = ConfigLayers.ofFile(config, "verticle configuration")
        .withEnvironment(AgentSettings.VARIABLES, environment);
    return AgentSettings.read(layers, environment, false).config();
  }
}
