package failover.agent.command;

import failover.agent.config.AgentConfig;
import failover.agent.config.CommandLines;
import failover.agent.decision.CommandResult;
import failover.agent.decision.CommandResult.How;
import failover.agent.runtime.Address;
import failover.agent.runtime.LocalDelivery;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;

/**
 * Runs the periodic tower backup, never two at once (OM-21), on a pool of its own: a backup that hangs delays no answer (OM0-6) and no
 * change of role. A worker verticle, one instance.
 */
public final class BackupWorker extends VerticleBase {
    private final AgentConfig config;
    private final String instance;
    private final CommandLines lines;
    private final CommandRunner runner = new CommandRunner();
    private CommandWorker.Order running;
    private final CommandGate gate;
    private Future<CommandResult> result = Future.succeededFuture();

    public BackupWorker(AgentConfig config, String instance, CommandGate gate) {
        this.gate = gate;
        this.config = config;
        this.instance = instance;
        this.lines = new CommandLines(config);
    }

    @Override
    public Future<?> start() {
        return vertx.eventBus().<CommandWorker.Order>localConsumer(Address.BACKUP.of(instance), message -> {
            if (!result.isComplete()) {
                CommandResult busy = new CommandResult(How.NOT_STARTED, -1, "the backup before it still runs", Duration.ZERO);
                message.reply(busy, LocalDelivery.reply());
                return;
            }
            running = message.body();
            result = vertx.executeBlocking(() -> CommandWorker.throughGate(gate, message.body().cut(),
                () -> CommandWorker.execute(config, lines, runner, message.body())), true);
            result.onSuccess(done -> message.reply(done, LocalDelivery.reply()))
                .onFailure(failure -> message.fail(500, String.valueOf(failure)));
        }).completion();
    }

    @Override
    public Future<?> stop() {
        if (!result.isComplete()) {
            running.cut().cut();
        }
        return result.otherwiseEmpty();
    }
}
