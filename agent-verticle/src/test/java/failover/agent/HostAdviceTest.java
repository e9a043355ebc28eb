package failover.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.agent.config.AgentConfig;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostAdviceTest {
    private static final String PATH = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");

    @TempDir
    private Path dir;

    private List<String> advice(JsonObject settings) {
        String state = dir.resolve("state").toString();
        JsonObject whole = new JsonObject().put("state_dir", state).put("lease_dir", state);
        return HostAdvice.of(AgentConfig.fromVertx(whole.mergeIn(settings), Map.of()), PATH);
    }

    private List<String> ofCommand(String command) {
        return advice(new JsonObject().put("identity_remove_command", command));
    }

    @Test
    void whatWouldWorkIsPassedOver() throws IOException {
        Path script = Files.writeString(dir.resolve("set.sh"), "#!/bin/sh\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        for (String command : List.of("true", script + " --ledger {ledger} set-identity", "cd / && " + script + " | tail -1 > out; exit 3",
            "if [ -e x ]; then bash -c 'nothing-like-this x'; fi", "A=1 sh -c 'x'", "env -i B=2 sh x", "FILE=$(mktemp) && cat \"$FILE\"",
            "echo {local_rpc} \"$FAILOVER_LEDGER\"", "\"$HOME/no such thing\" x", "sleep 0.1 & wait",
            "nice -n -5 sh x", "nice -5 sh x", "time -p sh x", "env -u LANG sh x", "exec -a name sh x", "pushd / && popd",
            "echo 'done; restart-it now' \"or: | so &&\\\" that\"")) {
            assertEquals(List.of(), ofCommand(command), command);
        }
    }

    @Test
    void whatSudoRunsIsLookedForBehindItsOptions() {
        for (String sudo : List.of("sudo", "sudo -n", "sudo -nu sol", "sudo -u sol -n", "sudo -n -g 27 --",
            "sudo -E --non-interactive A=1")) {
            assertEquals(List.of(), ofCommand(sudo + " sh restart solana-validator"), sudo);
            assertTrue(ofCommand(sudo + " no-such-program restart x").get(0).contains(": no-such-program is not on the PATH"), sudo);
        }
    }

    @Test
    void aProgramThatIsNotThereIsNamedWhereverItStandsInACommand() throws IOException {
        Path plain = Files.writeString(dir.resolve("plain"), "no program");
        Files.setPosixFilePermissions(plain, PosixFilePermissions.fromString("rw-------"));
        assertTrue(ofCommand("/no/agave-validator -l /l set-identity x").get(0)
            .contains("identity_remove_command: /no/agave-validator does not exist"));
        assertTrue(ofCommand("true && no-such-program x").get(0).contains("no-such-program is not on the PATH"));
        assertTrue(ofCommand("cat x | no-such-program").get(0).contains("no-such-program is not on the PATH"));
        assertTrue(ofCommand("nice -n 5 no-such-program x").get(0).contains("no-such-program"));
        assertTrue(ofCommand("env A=b no-such-program x").get(0).contains("no-such-program"));
        assertTrue(ofCommand("~/no-such-program x").get(0).contains("does not exist"));
        assertTrue(ofCommand(plain + " x").get(0).contains("cannot be executed"));
        assertTrue(ofCommand(dir + " x").get(0).contains("is a directory"));
        assertTrue(ofCommand("./here x").get(0).contains("write the whole path"));
    }

    @Test
    void aCommandThatIsNoneIsNamed() {
        List<String> lines = ofCommand("if true; then echo 'x; fi");
        assertEquals(1, lines.stream().filter(line -> line.startsWith("identity_remove_command is no shell command: ")).count(),
            lines.toString());
    }

    @Test
    void aSecretInACommandIsSaidAndNotShown() {
        List<String> lines = ofCommand("true --password sesame");
        assertEquals(1, lines.size(), lines.toString());
        assertTrue(lines.get(0).contains("seems to hold a secret") && !lines.get(0).contains("sesame"), lines.get(0));
    }

    @Test
    void directoriesThatWouldBeRefusedAreNamed() throws IOException {
        Path open = Files.createDirectories(dir.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        List<String> lines = advice(new JsonObject().put("lease_dir", open.toString()).put("state_dir", open.toString()));
        assertEquals(2, lines.size(), lines.toString());
        assertTrue(lines.get(0).startsWith("state_dir " + open + " is not used: everybody may write"), lines.get(0));
        Path file = Files.writeString(dir.resolve("file"), "");
        assertTrue(advice(new JsonObject().put("lease_dir", file.toString())).get(0).contains("is no directory"));
    }

    @Test
    void aLedgerThatIsNotThereIsNamed() {
        List<String> lines = advice(new JsonObject().put("ledger_path", dir.resolve("none").toString()));
        assertTrue(lines.size() == 1 && lines.get(0).contains("does not exist"), lines.toString());
    }
}
