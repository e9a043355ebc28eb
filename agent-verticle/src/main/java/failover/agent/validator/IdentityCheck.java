package failover.agent.validator;

import failover.agent.command.CancellationToken;
import failover.agent.command.CommandRunner;
import failover.agent.config.AgentConfig;
import failover.agent.config.CommandLines;
import failover.agent.decision.CommandResult;
import failover.protocol.solana.Pubkey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * {@code identity_check_command}: one at a time on a thread of its own, so that it holds up no probe; its answer serves for two seconds
 * unless a fresh one is asked for. Used on one Vert.x context.
 */
final class IdentityCheck {
    private static final Duration SERVES = Duration.ofSeconds(2);
    private final AgentConfig config;
    private final CommandLines lines;
    private final CommandRunner runner = new CommandRunner();
    private final CancellationToken cut = new CancellationToken();
    private final WorkerExecutor thread;
    private Future<CommandResult> newest;
    private long begunAt;

    IdentityCheck(Vertx vertx, AgentConfig config, String instance) {
        this.config = config;
        this.lines = new CommandLines(config);
        this.thread = vertx.createSharedWorkerExecutor("agent-identity-" + instance, 1, 1, TimeUnit.HOURS);
    }

    /** It is configured, and this agent executes commands. */
    boolean usable() {
        return isConfigured() && !config.dryRun();
    }

    boolean isConfigured() {
        return !config.commands().identityCheck().isBlank();
    }

    /** How the command ended; {@code fresh}: begun after this call. Never fails. */
    Future<CommandResult> run(boolean fresh) {
        long now = System.nanoTime();
        if (newest == null || fresh || now - begunAt > SERVES.toNanos() && newest.isComplete()) {
            begunAt = now;
            newest = thread.executeBlocking(this::execute, true);
        }
        return newest;
    }

    /** The same as a public key, or a failure with the reason. */
    Future<String> identity(boolean fresh) {
        return run(fresh).map(result -> {
            if (!result.ok()) {
                throw new IllegalStateException(result.failure());
            }
            return Pubkey.parse(result.output().trim()).toString();
        });
    }

    /** Ends a command that still runs. */
    void stop() {
        cut.cut();
    }

    private CommandResult execute() {
        try {
            return runner.run(new CommandRunner.Order("identity_check_command", lines.fill(config.commands().identityCheck(), null),
                lines.environment(null), config.timing().rpcTimeout(), false, true, cut));
        } catch (IllegalArgumentException e) {
            return new CommandResult(CommandResult.How.NOT_STARTED, -1, e.getMessage(), Duration.ZERO);
        }
    }
}
