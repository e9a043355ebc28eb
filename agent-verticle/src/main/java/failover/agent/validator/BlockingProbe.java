package failover.agent.validator;

import failover.agent.command.CancellationToken;
import failover.agent.command.CommandRunner;
import failover.agent.config.AgentConfig;
import failover.agent.config.CommandLines;
import failover.agent.decision.Observation;
import failover.agent.decision.ProcessView;
import failover.agent.process.ProcessTable;
import failover.agent.runtime.DeadlineCall;
import failover.protocol.solana.Pubkey;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A probe of the validator without event loop, for the dead-man (E2): only what a fence needs, the process and its identity. Blocks, with
 * one deadline for the whole; one thread, except {@link #cut}.
 */
public final class BlockingProbe {
    private static final byte[] WHO = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getIdentity\"}".getBytes(StandardCharsets.UTF_8);
    /** The part of the probe's time that is reserved for killing the identity_check_command. */
    private static final Duration KILLING = Duration.ofMillis(50);
    private final AgentConfig config;
    private final ProcessTable table;
    private final LocalAddress address;
    private final CommandLines lines;
    private final CommandRunner runner = new CommandRunner();
    private volatile DeadlineCall asking;

    public BlockingProbe(AgentConfig config) {
        this.config = config;
        this.lines = new CommandLines(config);
        this.address = new LocalAddress(config.localRpc().host());
        this.table = new ProcessTable(Path.of("/proc"), config.processName(), config.localRpc().port(), CommandLines.ledger(config));
    }

    /** Makes its threads. */
    public void start() {
        address.start();
    }

    /** What is there now. */
    public Observation look(Duration limit) {
        long at = System.nanoTime();
        long end = at + limit.toNanos();
        ProcessView process = table.look(at);
        if (!process.running()) {
            return new Observation(at, process, 0, false, null, null, "the validator's process does not run");
        }
        String identity = null;
        String error = table.strangerOnRpcPort(config.localRpc().host(), process).orElse(null);
        try {
            identity = error == null ? ask(end) : null;
        } catch (IOException | DecodeException | ClassCastException | IllegalArgumentException e) {
            error = "getIdentity: " + e.getMessage();
        }
        if (identity == null && !config.commands().identityCheck().isBlank()) {
            identity = byCommand(Duration.ofNanos(end - System.nanoTime()).minus(KILLING));
        }
        return new Observation(at, process, 0, false, null, identity, identity == null ? error : null);
    }

    /** It is overdue: whatever holds it is let go. */
    public void cut() {
        DeadlineCall call = asking;
        if (call != null) {
            call.cut();
        }
    }

    private String ask(long end) throws IOException {
        DeadlineCall call = new DeadlineCall(config.localRpc(), end);
        asking = call;
        try {
            JsonObject result = new JsonObject(call.post(address.addresses(), WHO)).getJsonObject("result");
            return result == null ? null : Pubkey.parse(result.getString("identity", "")).toString();
        } finally {
            asking = null;
        }
    }

    private String byCommand(Duration limit) {
        if (limit.isNegative() || config.dryRun()) {
            return null;
        }
        var result = runner.run(new CommandRunner.Order("identity_check_command",
            lines.fill(config.commands().identityCheck(), null), lines.environment(null), limit,
            false, true, new CancellationToken()));
        try {
            return result.ok() ? Pubkey.parse(result.output().strip()).toString() : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
