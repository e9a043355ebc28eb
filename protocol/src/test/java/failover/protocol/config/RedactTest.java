package failover.protocol.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The secret of every line is hunter2x, or longer; none may be left, and what is no secret stays readable. */
class RedactTest {

    @ParameterizedTest
    @ValueSource(strings = {
        "AWS_SECRET_ACCESS_KEY=hunter2x aws s3 cp a b",
        "AWS_SECRET_ACCESS_KEY='hunter2x y' aws s3 cp a b",
        "export AWS_ACCESS_KEY_ID=hunter2x; aws s3 ls",
        "curl -u admin:hunter2x http://10.0.0.1/x",
        "curl -su 'admin:hunter2x' http://10.0.0.1/x",
        "curl -uadmin:hunter2x http://10.0.0.1/x",
        "curl --user admin:hunter2x http://10.0.0.1/x",
        "curl -H 'Authorization: Bearer hunter2x' http://10.0.0.1/x",
        "curl -H \"Authorization: Basic hunter2x\" http://10.0.0.1/x",
        "curl -H 'X-Api-Key: hunter2x' http://10.0.0.1/x",
        "curl -H 'X-Vault-Token: hunter2x' http://10.0.0.1/x",
        "curl -H 'Cookie: session=hunter2x; a=hunter2x' http://10.0.0.1/x",
        "curl -d '{\"password\":\"hunter2x\"}' http://10.0.0.1/x",
        "sshpass -p hunter2x ssh sol@10.0.0.1 true",
        "sshpass -phunter2x ssh sol@10.0.0.1 true",
        "sshpass -v -p 'hunter2x' ssh sol@10.0.0.1 true",
        "mysql -uroot -phunter2x -e 'select 1'",
        "mysql -u root -p'hunter2x' db",
        "7z x -phunter2x a.7z",
        "vault login hunter2x",
        "vault login -no-print hunter2x && vault read x",
        "vault login token=hunter2x",
        "echo hunter2x | sudo -S systemctl restart agave",
        "echo 'hunter2x' | sudo -kS systemctl restart agave",
        "printf '%s' hunter2x | docker login --password-stdin -u me",
        "printf 'hunter2x\\n' | /usr/bin/sudo -p '' -S true",
        "sudo -S true <<< hunter2x",
        "sudo -S true <<<'hunter2x'",
        "DB_PASS=hunter2x backup",
        "PGPASSWORD=hunter2x psql",
        "MYSQL_PWD=\"hunter2x\" mysql",
        "etcdctl --user root:hunter2x put /k v",
        "etcdctl --password=hunter2x get /k",
        "restic --password-command 'echo hunter2x' backup",
        "tool --db-password hunter2x",
        "tool --client-secret=hunter2x",
        "solana -u https://rpc.example/hunter2xhunter2xhunter2x slot",
        "solana -u https://user:hunter2x@rpc.example/x slot",
        "solana -u https://user:hun/ter2xhunter2x@rpc.example/x slot",
        "curl https://rpc.example/?api-key=hunter2x",
        "curl https://rpc.example/v2/hunter2xhunter2xhunter2x/slot",
        "wget --header=\"PRIVATE-TOKEN: hunter2x\" https://git.example/x",
        "gpg --passphrase hunter2x -d tower.gpg",
        "KEY_PASSPHRASE=hunter2x unlock"})
    void nothingOfASecretIsLeft(String command) {
        String shown = Redact.command(command);
        assertFalse(shown.contains("hunter2x") || shown.contains("ter2x"), shown);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "agave-validator -l /mnt/ledger set-identity --require-tower /home/sol/staked.json",
        "cp -p /mnt/ledger/tower-1_9-x.bin /backup/", "mkdir -p /var/lib/failover", "ssh -p2222 sol@10.0.0.1 true", "ssh -p 22 sol@h true",
        "find / -print0 -path x -prune", "pkill -f -x agave-validator", "solana -u http://127.0.0.1:8899 slot", "sudo -u sol true",
        "systemctl restart agave.service", "echo 'tower backup not configured'", "echo done | tee /tmp/x", "install -pm 0644 a b",
        "etcdctl put /validator/tower < /mnt/ledger/tower-1_9-x.bin", "curl http://10.0.0.1:8080/status", "ps -o pid= -p 4"})
    void whatIsNoSecretStaysReadable(String command) {
        assertEquals(command, Redact.command(command));
    }

    @Test
    void noCommandMakesItThinkForLong() {
        String[] parts = {"://", "-u ", "a:", "echo ", "|", "PASS", "=", "\"", "'", " ", "-p", "aaaa", "@", "?", "Authorization:",
            "<<<", "--"};
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            Random random = new Random(9);
            for (int i = 0; i < 300; i++) {
                StringBuilder text = new StringBuilder();
                int kinds = 1 + random.nextInt(3);
                int first = random.nextInt(parts.length);
                while (text.length() < 4_000) {
                    text.append(parts[(first + random.nextInt(kinds)) % parts.length]);
                }
                Redact.command(text.toString());
            }
        });
    }
}
