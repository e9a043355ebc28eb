package failover.testbed.lab;

import failover.protocol.solana.Pubkey;
import failover.protocol.solana.Tower;
import failover.protocol.solana.TowerReading;
import failover.testbed.Http;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A simulated validator of a lab, with the stand-in CLI beside it. */
public final class LabValidator extends ManagedProcess {
    private final Files files;
    private final String comm;
    private final int rpcPort;
    private final String url;
    private final Pubkey staked;

    /**
     * The files of one host.
     *
     * @param ledger    with admin.rpc and the tower
     * @param unstaked  keypair of the host's own
     * @param identity  the symbolic link that the validator boots with
     * @param stakedKey keypair of the staked identity
     * @param cli       the stand-in agave-validator, under the validator's process name
     */
    public record Files(Path ledger, Path unstaked, Path identity, Path stakedKey, Path cli) {
    }

    LabValidator(String name, List<String> command, Map<String, String> environment, Path directory, Path log, Files files, String comm,
        int rpcPort, String url, Pubkey staked) {
        super(name, command, environment, directory, log);
        this.files = files;
        this.comm = comm;
        this.rpcPort = rpcPort;
        this.url = url;
        this.staked = staked;
    }

    /** Its files. */
    public Files files() {
        return files;
    }

    /** The process name, as pgrep -x finds it; every validator of every lab has its own. */
    public String comm() {
        return comm;
    }

    /** Its JSON-RPC, for the test. */
    public String rpcUrl() {
        return url;
    }

    /** The same for programs on its own host. */
    String localRpc() {
        return "http://127.0.0.1:" + rpcPort;
    }

    /** Who it is, whether it carries the staked identity, its slot, its last vote, its faults. */
    public JsonObject state() {
        try {
            return Http.get(rpcUrl() + "/state");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether it carries the staked identity now. */
    public boolean staked() {
        return state().getBoolean("staked");
    }

    /** Sets a fault, in the words of docs/testbed.md: {@code fault("lag", "200")}; {@code fault("clear")} mends all. */
    public JsonObject fault(String... words) {
        try {
            return Http.post(rpcUrl() + "/fault/" + String.join("/", words), null);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Dies at once, as from a panic. Waits for the end. */
    public void crash() {
        kill();
    }

    /** A JSON-RPC call; the whole answer. */
    public JsonObject rpc(String method, Object... params) {
        try {
            return Http.post(rpcUrl(), new JsonObject().put("jsonrpc", "2.0").put("id", 1).put("method", method)
                .put("params", new io.vertx.core.json.JsonArray(List.of(params))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs the stand-in CLI against this validator: {@code cli("contact-info")}. */
    public BashRunner.Result cli(String... arguments) {
        List<String> command = new ArrayList<>(List.of(files.cli.toString(), "-l", files.ledger.toString()));
        command.addAll(List.of(arguments));
        return BashRunner.run(command);
    }

    /** Gives it the staked identity; with {@code requireTower} only if its ledger has a valid tower. */
    public BashRunner.Result setStaked(boolean requireTower) {
        return requireTower ? cli("set-identity", "--require-tower", files.stakedKey.toString())
            : cli("set-identity", files.stakedKey.toString());
    }

    /** Gives it its own unstaked identity. */
    public BashRunner.Result setUnstaked() {
        return cli("set-identity", files.unstaked.toString());
    }

    /** The tower file of the staked identity in its ledger, which may be missing. */
    public Path towerFile() {
        return files.ledger.resolve(Tower.fileName(staked));
    }

    /** Removes that file, as on a host that never voted. */
    public void forgetTower() {
        try {
            java.nio.file.Files.deleteIfExists(towerFile());
        } catch (IOException e) {
            throw new UncheckedIOException("tower of validator " + name(), e);
        }
    }

    /** That file, read and verified. */
    public TowerReading tower() {
        return Tower.read(towerFile(), staked);
    }

    /** Waits until it answers RPC and its admin socket, and has seen a slot. */
    public LabValidator awaitReady(Duration within) {
        Await.until("validator " + name() + " is ready", within, this::ready, this::tail);
        return this;
    }

    /** It answers RPC and its admin socket now, and has seen a slot. */
    public boolean ready() {
        return state().getLong("slot") != null && cli("contact-info").exit() == 0;
    }
}
