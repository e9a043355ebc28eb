package failover.agent;

import failover.agent.command.BackupWorker;
import failover.agent.command.CommandGate;
import failover.agent.command.CommandWorker;
import failover.agent.config.AgentConfig;
import failover.agent.decision.AgentMachine;
import failover.agent.decision.AgentOptions;
import failover.agent.fence.FenceGuard;
import failover.agent.fence.FencerClient;
import failover.agent.fence.LeaseDir;
import failover.agent.fence.Watchdog;
import failover.agent.runtime.LocalDelivery;
import failover.agent.state.FileStateStore;
import failover.agent.state.StateWriter;
import failover.agent.validator.ProbeWorker;
import failover.agent.validator.StakedIdentity;
import failover.agent.watchdog.WatchdogFinder;
import failover.protocol.config.Redact;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent: deploys its workers, remembers, listens. Its one state lives in {@link AgentRuntime}; everything here and there runs on this
 * verticle's context, which never blocks.
 */
public final class AgentVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(AgentVerticle.class);
    private static final long SHUTDOWN_AFTER_MILLIS = 100;
    private static final Duration STOP_COMMAND_LIMIT = Duration.ofSeconds(10);
    private final AgentConfig given;
    private final Runnable onShutdown;
    private AgentConfig config;
    private StateWriter store;
    private volatile LeaseDir leaseDir;
    private AgentRuntime shell;
    private volatile int port;

    /** For the Vert.x launcher: the settings are the deployment's configuration and the environment. */
    public AgentVerticle() {
        this(null);
    }

    /** {@code /shutdown} closes the Vert.x that this runs in, which ends a process that has nothing else to do. */
    public AgentVerticle(AgentConfig config) {
        this(config, null);
    }

    /**
     * An agent.
     *
     * @param config its settings
     * @param onShutdown what {@code /shutdown} does when {@code agent_stop_command} is not set or fails; {@code null} closes Vert.x
     */
    public AgentVerticle(AgentConfig config, Runnable onShutdown) {
        this.given = config;
        this.onShutdown = onShutdown;
    }

    /** The port it listens on, once it is deployed: of interest when the configuration leaves the choice to the system. Any thread. */
    public int port() {
        return port;
    }

    @Override
    public Future<?> start() {
        config = given == null ? AgentMain.configured(config()) : given;
        String instance = deploymentID();
        LocalDelivery.prepare(vertx.eventBus());
        store = new StateWriter(vertx, instance);
        Future<FileStateStore.Opened> memory = store.open(config.stateDir());
        CommandGate gate = new CommandGate();
        Future<Optional<Watchdog>> watchdog = vertx.executeBlocking(this::findWatchdog, false);
        Future<AgentOptions> rules = watchdog.compose(dog -> vertx.executeBlocking(() -> OptionsFactory.of(config,
                StakedIdentity.configured(config), dog.map(Watchdog::numbers).orElse(null)), false));
        Future<FencerClient> fencer = watchdog.compose(dog -> vertx.executeBlocking(() -> {
            leaseDir = LeaseDir.claim(config.leaseDir());
            return new FencerClient(config.leaseDir(), config.processName(), dog, guard(dog));
        }, false));
        Future<?> workers = Future.join(List.of(
            deploy(new ProbeWorker(config, instance, this::workersStop), "agent-probe-" + instance, 1),
            deploy(new CommandWorker(config, instance, gate, leader -> {
                if (fencer.succeeded()) {
                    fencer.result().command(leader);
                }
            }), "agent-command-" + instance, 2),
            deploy(new BackupWorker(config, instance, gate), "agent-backup-" + instance, 2)));
        return Future.all(memory, rules, fencer, workers).compose(ready -> open(watchdog.result())).compose(open -> {
            shell = new AgentRuntime(vertx, config, new AgentMachine(rules.result()), rules.result(), instance, store, gate,
                    fencer.result(), watchdog.result());
            shell.begin(memory.result());
            return new AgentHttp(vertx, config, shell, this::shutdown).listen();
        }).onSuccess(this::listening).recover(failure -> {
            if (shell != null) {
                // What it began is ended: a watchdog that runs on would reset a host whose agent only could not listen.
                shell.stop();
            } else if (fencer.succeeded()) {
                fencer.result().leave();
            }
            return left().transform(left -> close()).transform(closed -> Future.failedFuture(failure));
        });
    }

    private Optional<Watchdog> findWatchdog() throws IOException {
        return WatchdogFinder.find(config, System.getenv(), ProcessHandle.current().pid(), WatchdogFinder.CLASSES).map(Watchdog::new);
    }

    /** Only where this host is to be fenced at all and no watchdog ends the validator together with its agent. */
    private Optional<FenceGuard> guard(Optional<Watchdog> watchdog) {
        boolean wanted = watchdog.isEmpty() && !config.dryRun() && config.fencing() != AgentOptions.Fencing.OFF;
        return wanted ? Optional.of(new FenceGuard(config.stateDir(), config.processName())) : Optional.empty();
    }

    /** As late as can be: from here on it is fed, or fires. */
    private Future<?> open(Optional<Watchdog> watchdog) {
        return watchdog.isEmpty() ? Future.succeededFuture() : vertx.executeBlocking(() -> watchdog.get().open(), false);
    }

    private Future<Void> left() {
        return shell == null ? Future.succeededFuture() : shell.left();
    }

    /** The workers are gone by now. */
    @Override
    public Future<?> stop() {
        return left().transform(left -> close());
    }

    private Future<?> close() {
        return store.close().transform(closed -> vertx.executeBlocking(() -> {
            if (leaseDir != null) {
                leaseDir.close();
            }
            return null;
        }, false));
    }

    private void workersStop() {
        context.runOnContext(now -> {
            if (shell != null) {
                shell.stop();
            }
        });
    }

    private Future<String> deploy(VerticleBase worker, String pool, int size) {
        return vertx.deployVerticle(worker, new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER).setWorkerPoolName(pool)
            .setWorkerPoolSize(size).setMaxWorkerExecuteTime(1).setMaxWorkerExecuteTimeUnit(TimeUnit.HOURS));
    }

    private void listening(HttpServer server) {
        port = server.actualPort();
        LOG.info("Agent listens on {} (port {}): process={} rpc={} dry_run={} state_dir={}", config.listen(), port, config.processName(),
            config.localRpc(), config.dryRun(), config.stateDir());
    }

    private void shutdown(String reason) {
        LOG.info("=== AGENT SHUTTING DOWN === Reason: {}", reason);
        vertx.setTimer(SHUTDOWN_AFTER_MILLIS, timer -> {
            String command = config.commands().agentStop();
            if (command.isBlank() || config.dryRun()) {
                end();
                return;
            }
            vertx.executeBlocking(() -> stopCommand(command), false).onComplete(done -> {
                if (done.failed() || !done.result()) {
                    LOG.warn("agent_stop_command failed ({}): ending by itself", done.failed() ? done.cause() : "see its output");
                    end();
                }
            });
        });
    }

    /** Not one of the commands that a stop kills: this one makes the stop. */
    private static boolean stopCommand(String command) throws IOException, InterruptedException {
        LOG.info("Executing: {}", Redact.command(command));
        Process process = new ProcessBuilder("setsid", "bash", "-o", "pipefail", "-c", command)
            .redirectErrorStream(true).redirectOutput(Redirect.DISCARD).start();
        return !process.waitFor(STOP_COMMAND_LIMIT.toMillis(), TimeUnit.MILLISECONDS) || process.exitValue() == 0;
    }

    private void end() {
        if (onShutdown == null) {
            vertx.close();
        } else {
            onShutdown.run();
        }
    }
}
