package failover.agent;

import failover.agent.config.AgentConfig;
import failover.agent.decision.Observation;
import failover.agent.decision.ProcessView;
import failover.protocol.solana.Pubkey;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A look at the validator that needs no event loop: the dead-man's eyes (E2). Only what a fence needs, the process and its identity.
 * Blocking, at most the limit; one thread.
 */
final class BlockingLook {
    private static final int LARGEST = 64 * 1024;
    private static final byte[] WHO = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"getIdentity\"}".getBytes(StandardCharsets.UTF_8);
    private final AgentConfig config;
    private final ProcessTable table;
    private final CommandLines lines;
    private final CommandRunner runner = new CommandRunner();

    BlockingLook(AgentConfig config) {
        this.config = config;
        this.lines = new CommandLines(config);
        this.table = new ProcessTable(Path.of("/proc"), config.processName(), config.localRpc().port(), CommandLines.ledger(config));
    }

    /** What is there now. */
    Observation look(Duration limit) {
        long at = System.nanoTime();
        ProcessView process = table.look(at);
        if (!process.running()) {
            return new Observation(at, process, 0, false, null, null, "the validator's process does not run");
        }
        String identity = null;
        String error = null;
        try {
            identity = ask(limit);
        } catch (IOException | DecodeException | ClassCastException | IllegalArgumentException e) {
            error = "getIdentity: " + e.getMessage();
        }
        if (identity == null && !config.commands().identityCheck().isBlank()) {
            identity = byCommand(limit);
        }
        return new Observation(at, process, 0, false, null, identity, identity == null ? error : null);
    }

    private String ask(Duration limit) throws IOException {
        int millis = (int) Math.max(1, limit.toMillis());
        URI uri = config.localRpc().uri();
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        try {
            connection.setConnectTimeout(millis);
            connection.setReadTimeout(millis);
            connection.setUseCaches(false);
            connection.setDoOutput(true);
            connection.setRequestProperty("Content-Type", "application/json");
            connection.setRequestProperty("Connection", "close");
            try (OutputStream question = connection.getOutputStream()) {
                question.write(WHO);
            }
            try (InputStream answer = connection.getInputStream()) {
                JsonObject result = new JsonObject(new String(answer.readNBytes(LARGEST), StandardCharsets.UTF_8)).getJsonObject("result");
                return result == null ? null : Pubkey.parse(result.getString("identity", "")).toString();
            }
        } finally {
            connection.disconnect();
        }
    }

    private String byCommand(Duration limit) {
        var result = runner.run(new CommandRunner.Order("identity_check_command",
            lines.fill(config.commands().identityCheck(), null), lines.environment(null), limit,
            false, false, new CutSwitch()));
        try {
            return result.ok() ? Pubkey.parse(result.output().strip()).toString() : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
