package failover.agent;

import failover.agent.config.AgentConfig;
import failover.agent.config.AgentConfig.OnIsolation;
import failover.agent.config.CommandLines;
import failover.agent.decision.AgentOptions;
import failover.agent.decision.CommandKind;
import failover.protocol.lease.WatchdogTiming;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/** The configuration as the core wants it. */
public final class OptionsFactory {
    private OptionsFactory() {
    }

    /**
     * The rules.
     *
     * @param stakedIdentity {@code null} when the configuration does not name it
     * @param watchdog {@code null} when none is used
     */
    public static AgentOptions of(AgentConfig config, String stakedIdentity, WatchdogTiming watchdog) {
        CommandLines lines = new CommandLines(config);
        Set<CommandKind> configured = EnumSet.noneOf(CommandKind.class);
        for (CommandKind kind : CommandKind.values()) {
            if (!lines.configured(kind).isBlank()) {
                configured.add(kind);
            }
        }
        String version = OptionsFactory.class.getPackage().getImplementationVersion();
        return new AgentOptions(config.dryRun(), config.activeOnStart(), stakedIdentity, Set.copyOf(configured),
            config.timing().managerTimeout(), config.peer().isPresent(), config.isolation().action() == OnIsolation.CHECK_INTERNET,
            config.timing().minProcessUptime(), config.timing().towerBackupInterval(), config.timing().commandTimeout(),
            config.timing().demotionTimeout(), config.timing().promotionTimeout(),
            config.timing().fence().orElse(Duration.ZERO), config.maxTowerLagSlots(), config.fencing(), watchdog,
            version == null ? "unpackaged" : version);
    }
}
