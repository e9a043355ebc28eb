package failover.agent.command;

import failover.agent.config.AgentConfig;
import failover.agent.config.CommandLines;
import failover.agent.decision.CommandKind;
import failover.agent.decision.CommandResult;
import failover.agent.decision.CommandResult.How;
import failover.agent.runtime.Address;
import failover.agent.runtime.LocalDelivery;
import failover.agent.tower.TowerFiles;
import failover.protocol.config.Redact;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the commands of a change of role, one at a time and in order: a worker verticle, one instance, with a pool of its own. The command
 * runs on another thread than the verticle's, so that a stop need not wait for it.
 */
public final class CommandWorker extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(CommandWorker.class);
    /** When the agent stops, what runs may end by itself for so long; then it is killed. */
    private static final Duration GRACE = Duration.ofSeconds(3);
    private final AgentConfig config;
    private final String instance;
    private final CommandLines lines;
    private final TowerFiles towers;
    private final CommandRunner runner;
    private final CommandGate gate;
    private Order running;
    private Future<CommandResult> result = Future.succeededFuture();

    public CommandWorker(AgentConfig config, String instance, CommandGate gate, LongConsumer started) {
        this.runner = new CommandRunner(started);
        this.gate = gate;
        this.config = config;
        this.instance = instance;
        this.lines = new CommandLines(config);
        this.towers = new TowerFiles(config);
    }

    /**
     * A command to run; answered with a {@link CommandResult}.
     *
     * @param kind which
     * @param limit after which its tree is killed
     * @param stakedIdentity for its placeholder; {@code null} when not known
     * @param cut in the hands of the sender, who needs no place in our queue to cut it short
     */
    public record Order(CommandKind kind, Duration limit, String stakedIdentity, CancellationToken cut) {
    }

    @Override
    public Future<?> start() {
        return vertx.eventBus().<Order>localConsumer(Address.COMMAND.of(instance), message -> {
            running = message.body();
            result = vertx.executeBlocking(() -> execute(message.body()), true);
            result.onSuccess(done -> message.reply(done, LocalDelivery.reply()))
                .onFailure(failure -> message.fail(500, String.valueOf(failure)));
        }).completion();
    }

    @Override
    public Future<?> stop() {
        if (!result.isComplete()) {
            LOG.warn("{} still runs while the agent stops: it is cut short in {} s", running.kind().key(), GRACE.toSeconds());
            vertx.setTimer(GRACE.toMillis(), timer -> running.cut().cut());
        }
        return result.otherwiseEmpty();
    }

    private CommandResult execute(Order order) {
        return throughGate(gate, order.cut(), () -> pass(order));
    }

    private CommandResult pass(Order order) {
        if (order.kind() == CommandKind.TOWER_RESTORE && !config.dryRun()) {
            return towers.aroundRestore(order.stakedIdentity(), () -> execute(config, lines, runner, order));
        }
        return execute(config, lines, runner, order);
    }

    /** For this worker and the backup's. Blocks until the command has ended. */
    static CommandResult throughGate(CommandGate gate, CancellationToken cut, Supplier<CommandResult> command) {
        if (!gate.enter(cut)) {
            return new CommandResult(How.NOT_STARTED, -1, "this host fences itself", Duration.ZERO);
        }
        try {
            return command.get();
        } finally {
            gate.leave(cut);
        }
    }

    public static CommandResult execute(AgentConfig config, CommandLines lines, CommandRunner runner, Order order) {
        CommandKind kind = order.kind();
        try {
            String line = lines.fill(lines.configured(kind), order.stakedIdentity());
            if (config.dryRun()) {
                LOG.info("[DRY-RUN] Would execute: {}", Redact.command(line));
                return new CommandResult(How.EXITED, 0, "[DRY-RUN] Command not executed", Duration.ZERO);
            }
            return runner.run(new CommandRunner.Order(kind.key(), line, lines.environment(order.stakedIdentity()), order.limit(),
                kind == CommandKind.VALIDATOR_RESTART, kind == CommandKind.TOWER_BACKUP, order.cut()));
        } catch (IllegalArgumentException e) {
            return new CommandResult(How.NOT_STARTED, -1, kind.key() + ": " + e.getMessage(), Duration.ZERO);
        }
    }
}
