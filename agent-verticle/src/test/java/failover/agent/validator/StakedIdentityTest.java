package failover.agent.validator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import failover.agent.Configs;
import failover.protocol.solana.Keypair;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StakedIdentityTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "agave-validator -l /l set-identity --require-tower /k/staked.json | /k/staked.json",
        "agave-validator --ledger /l set-identity /k/staked.json && ln -sf /k/staked.json /k/identity.json | /k/staked.json",
        "ln -sf /k/a.json /k/b.json; agave-validator set-identity '/k/staked.json' | /k/staked.json",
        "fdctl set-identity --config /etc/fd.toml /k/staked.json --force | /k/staked.json",
        "agave-validator -l /l set-identity < /k/staked.json | /k/staked.json",
        "/usr/local/bin/promote.sh /k/staked.json | /k/staked.json",
    })
    void theKeypairIsFoundInTheCommand(String command, String expected) {
        assertEquals(Optional.of(Path.of(expected)), StakedIdentity.keypairFile(command));
    }

    @ParameterizedTest
    @CsvSource({"echo 'identity change not configured'", "agave-validator set-identity $KEY.json", "cp /a.json /b.json"})
    void whereOnlyAShellOrNobodyCouldSayItIsNotGuessed(String command) {
        assertEquals(Optional.empty(), StakedIdentity.keypairFile(command));
    }

    @Test
    void thePublicKeyOfThatKeypairIsTheStakedIdentity() throws IOException {
        Keypair staked = Keypair.generate();
        Path file = directory.resolve("staked.json");
        staked.write(file);
        assertEquals(staked.pubkey().toString(), configured("agave-validator -l /l set-identity " + file));
    }

    @Test
    void anUnreadableKeypairLeavesItUnknown() throws IOException {
        Path file = Files.writeString(directory.resolve("staked.json"), "[1,2,3]");
        assertNull(configured("agave-validator set-identity " + file));
        assertNull(configured("agave-validator set-identity " + directory.resolve("missing.json")));
    }

    private String configured(String command) {
        return StakedIdentity.configured(Configs.of(directory, new JsonObject().put("identity_change_command", command)));
    }
}
