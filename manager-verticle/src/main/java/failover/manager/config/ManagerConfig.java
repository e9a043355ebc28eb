package failover.manager.config;

import failover.protocol.config.ConfigLayers;
import failover.protocol.config.Endpoint;
import failover.protocol.config.HostPort;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything the manager can be told, validated, immutable. Keys and defaults: docs/compatibility.md 4.6 and the README's table.
 *
 * @param hosts the two agents
 * @param clusterRpc {@code cluster_rpc}: where the network's slot and votes are asked, at least one
 * @param dryRun {@code dry_run}, true unless something says false
 * @param logFile {@code log_file}
 * @param stateDir {@code state_dir}: where intents and the last failover survive a restart
 * @param apiListen {@code api_listen}; empty when it is "off"
 * @param stakedIdentity {@code staked_identity_pubkey}: the identity that moves, base58
 * @param voteAccount {@code vote_account_pubkey}: the identity's vote account, base58; without it the sources are searched for it
 * @param policy what must be known before a silent host is replaced
 * @param limits counts and distances
 * @param timing periods and time limits
 */
public record ManagerConfig(
    Hosts hosts,
    List<Endpoint> clusterRpc,
    boolean dryRun,
    Optional<Path> logFile,
    Path stateDir,
    Optional<HostPort> apiListen,
    Optional<String> stakedIdentity,
    Optional<String> voteAccount,
    Policy policy,
    Limits limits,
    Timing timing) {

  /**
   * The two agents, which the logs call {@code primary} and {@code secondary} as the original does.
   *
   * @param primary {@code active_validator}, or {@code validator1.endpoint}
   * @param secondary {@code passive_validator}, or {@code validator2.endpoint}
   * @param primaryIsActive true when the settings say that the primary is the active one; false: learn it from the agents.
   *     Either way what the agents report wins
   */
  public record Hosts(Endpoint primary, Endpoint secondary, boolean primaryIsActive) {
  }

  /** Whether a host that is silent is replaced only on evidence that its votes have stopped (safety.md, E6), {@code vote_evidence}. */
  public enum VoteEvidence {
    /** Required as soon as any source has ever worked; a warning until then. */
    AUTO,
    /** Required from the first. */
    REQUIRED,
    /** Silence is enough: the original's way. */
    OFF
  }

  /** Whether a silent host is replaced only when its agent has attested a fencer (safety.md, ActiveDeadUnfenced), {@code fencing}. */
  public enum Fencing {
    /** The votes decide. */
    BEST_EFFORT,
    /** No automatic promotion without it. */
    REQUIRED,
    /** Fencers are of no account. */
    OFF
  }

  /**
   * What must be known.
   *
   * @param voteEvidence {@code vote_evidence} (auto)
   * @param fencing {@code fencing} (best_effort)
   * @param holdWhileVoting {@code hold_while_voting} (false): an unhealthy active whose votes land is left alone
   */
  public record Policy(VoteEvidence voteEvidence, Fencing fencing, boolean holdWhileVoting) {
  }

  /**
   * Counts and distances, all positive.
   *
   * @param missesBeforeFailover {@code misses_before_failover} (5): times heartbeat_interval is the silence that means "gone"
   * @param unhealthyChecksBeforeFailover {@code unhealthy_checks_before_failover} (3): consecutive, for health and slot lag
   * @param slotDiffThreshold {@code slot_diff_threshold} (100): more slots behind the network than this is sick
   */
  public record Limits(int missesBeforeFailover, int unhealthyChecksBeforeFailover, long slotDiffThreshold) {
  }

  /**
   * Periods and limits, all positive.
   *
   * @param heartbeatInterval {@code heartbeat_interval} (2 s)
   * @param requestTimeout {@code request_timeout} (5 s, or the silence window if that is shorter): each status request of each host
   * @param slotCheckInterval {@code slot_check_interval} (30 s)
   * @param failoverCooldown {@code failover_cooldown} (5 min): no second automatic failover within it
   * @param demotionTimeout {@code demotion_timeout} (10 s): waiting for the answer to become_passive
   * @param promotionTimeout {@code promotion_timeout} (20 s): waiting for the answer to become_active
   * @param startupGracePeriod {@code startup_grace_period}; empty: what the rules need (safety.md E8)
   * @param lease {@code lease_ttl}, Q; empty: as long as the silence window allows
   * @param fence {@code fence_timeout}, D; empty: a fifth of the silence window, at most 5 s
   */
  public record Timing(Duration heartbeatInterval, Duration requestTimeout, Duration slotCheckInterval, Duration failoverCooldown,
      Duration demotionTimeout, Duration promotionTimeout, Optional<Duration> startupGracePeriod, Optional<Duration> lease,
      Optional<Duration> fence) {
  }

  /**
   * The settings of a verticle that was deployed with a configuration object (which takes the place of the file) and an environment.
   * Pure: opens no file, logs nothing. Tests use it as their builder.
   *
   * @throws failover.protocol.config.ConfigException with every problem at once
   */
  public static ManagerConfig fromVertx(JsonObject config, Map<String, String> environment) {
    ConfigLayers layers = ConfigLayers.ofFile(config, "verticle configuration")
        .withEnvironment(ManagerSettings.VARIABLES, environment);
    return ManagerSettings.read(layers, environment).config();
  }
}
