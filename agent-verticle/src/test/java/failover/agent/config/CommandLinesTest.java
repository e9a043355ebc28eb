package failover.agent.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.Configs;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLinesTest {
    private static final String KEY = "4Nd1mYQzvgV8Vr3Z3nYb7pD6T8K2jF2eqWxY2b1QqPzT";
    @TempDir
    Path directory;

    @Test
    void onlyTheKnownPlaceholdersAreFilledIn() {
        CommandLines lines = lines(new JsonObject().put("ledger_path", "/mnt/ledger"));
        assertEquals("x " + KEY + " http://127.0.0.1:8899 /mnt/ledger {other} ${ledger} {a,b}",
            lines.fill("x {validator_identity} {local_rpc} {ledger} {other} ${ledger} {a,b}", KEY));
    }

    @Test
    void aValueThatAShellWouldInterpretIsNotPasted() {
        CommandLines lines = lines(new JsonObject().put("ledger_path", "/mnt/a b; rm -rf $HOME"));
        String message = assertThrows(IllegalArgumentException.class, () -> lines.fill("ls {ledger}", null)).getMessage();
        assertTrue(message.contains("$FAILOVER_LEDGER"), message);
        assertEquals("/mnt/a b; rm -rf $HOME", lines.environment(null).get("FAILOVER_LEDGER"));
    }

    @Test
    void aPlaceholderWithoutAValueNamesTheKeyToSet() {
        String message = assertThrows(IllegalArgumentException.class,
            () -> lines(new JsonObject()).fill("etcdctl get /tower/{validator_identity}", null)).getMessage();
        assertTrue(message.contains("set validator_identity"), message);
    }

    @Test
    void theLedgerIsReadOutOfTheIdentityCommand() {
        for (String command : new String[] {"agave-validator -l /mnt/ledger set-identity k.json",
            "agave-validator --ledger=/mnt/ledger set-identity k.json", "agave-validator --ledger '/mnt/ledger' set-identity k.json"}) {
            assertEquals(Optional.of(Path.of("/mnt/ledger")),
                CommandLines.ledger(Configs.of(directory, new JsonObject().put("identity_change_command", command))), command);
        }
    }

    private CommandLines lines(JsonObject settings) {
        return new CommandLines(Configs.of(directory, settings));
    }
}
