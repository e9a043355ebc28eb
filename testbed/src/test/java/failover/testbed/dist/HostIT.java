package failover.testbed.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import failover.testbed.lab.Await;
import failover.testbed.lab.BashRunner;
import failover.testbed.lab.BashRunner.Result;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs on a host as it is: whose files they are, without a locale, in a crash. */
class HostIT {
    private static final Path DIST = DistIT.DIST;

    @TempDir
    private Path tmp;

    private static Result sh(Path directory, String command) {
        return BashRunner.run(List.of("sh", "-c", command), directory, "");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static String unit(Path dest, String name) throws IOException {
        return Files.readString(dest.resolve("etc/systemd/system/failover-" + name + ".service"));
    }

    /** Unpacked by a login user, or by root with the number of whoever built it: that user must not own what root and the agent run. */
    @Test
    void whatIsInstalledIsRootsWhoeverUnpackedIt() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
        Path dest = tmp.resolve("dest");
        String install = "unpacked/install.sh agent --user sol --destdir " + dest;
        sh(tmp, "cp -a " + DIST + " unpacked && chown -R 1000:1000 unpacked && " + install).ok();
        assertEquals("", sh(tmp, "find " + dest + " -user 1000 -o -group 1000 -o -perm /022 ! -type l").ok().output());
        sh(tmp, "chown -R 1000 " + dest + "/opt && " + install).ok();
        assertEquals("", sh(tmp, "find " + dest + "/opt/failover -user 1000").ok().output(), "an earlier installation's owner stayed");
    }

    /** The agent's user has to enter /etc/failover, whatever root's umask is; CDPATH makes cd speak. */
    @Test
    void whatIsInstalledCanBeReadByTheServiceWhateverTheUmaskIsOfWhoeverInstallsIt() throws IOException {
        Path dest = tmp.resolve("dest");
        String install = "bash " + DIST.getFileName() + "/install.sh ";
        sh(DIST.getParent(), "umask 077; export CDPATH=.; " + install + "agent --user sol --destdir " + dest + " && " + install
            + "manager --destdir " + dest).ok();
        assertEquals("", sh(tmp, "find " + dest + "/etc " + dest + "/opt -type d ! -perm -005").ok().output(), "nobody else may enter");
        assertEquals("agent.env\nagent.json\nmanager.json\n", sh(tmp, "cd " + dest + "/etc/failover && find * ! -perm -004 | sort").ok()
            .output(), "these are for some only");
        Result blanks = sh(DIST, "bash install.sh agent --user sol --prefix '/opt/a b' --destdir " + dest);
        assertEquals(1, blanks.exit());
        assertTrue(blanks.error().contains("--prefix /opt/a b: only letters"), blanks.error());
    }

    @Test
    void secretsOfCommandsHaveAFileThatRootAloneReads() throws IOException {
        Path dest = tmp.resolve("dest");
        String install = DIST.resolve("install.sh") + " agent --user sol --destdir " + dest;
        sh(tmp, install).ok();
        Path file = dest.resolve("etc/failover/agent.env");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertTrue(unit(dest, "agent").contains("\nEnvironmentFile=-/etc/failover/agent.env\n"));
        Files.writeString(file, "ETCDCTL_PASSWORD=sesame\n");
        sh(tmp, install).ok();
        assertEquals("ETCDCTL_PASSWORD=sesame\n", Files.readString(file));
    }

    @Test
    void aValidatorOfAnotherUserIsNamedToTheFencerAndHardeningIsAskedFor() throws IOException {
        Path dest = tmp.resolve("dest");
        sh(tmp, DIST.resolve("install.sh") + " agent --user sol --validator-user root --hardened --destdir " + dest).ok();
        assertTrue(unit(dest, "fencer").contains(" --dir %t/failover --uid 0\n"));
        assertTrue(Files.readString(dest.resolve("etc/systemd/system/failover-agent.service.d/hardening.conf"))
            .contains("\nNoNewPrivileges=yes\n"));
        Result nobody = sh(tmp, DIST.resolve("install.sh") + " agent --user sol --validator-user no-such-user --destdir " + dest);
        assertEquals(1, nobody.exit());
        assertTrue(nobody.error().contains("there is no user no-such-user"), nobody.error());
    }

    /** systemd starts services without LANG. */
    @Test
    void aCommandsLettersBeyondAsciiArriveWithoutAnyLocale() throws Exception {
        int port = freePort();
        // Written by its bytes where this test looks for it: its own JVM may have no locale either.
        String mark = "\"$(printf 'Gr\\303\\274\\303\\237e-\\342\\234\\223')\"";
        Files.writeString(tmp.resolve("agent.json"), new JsonObject().put("listen_addr", "127.0.0.1:" + port).put("dry_run", false)
            .put("state_dir", tmp.resolve("state").toString()).put("lease_dir", tmp.resolve("state").toString())
            .put("agent_stop_command", "touch '" + tmp + "/Gr\u00fc\u00dfe-\u2713'; kill $PPID").encode());
        Process agent = new ProcessBuilder("env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            DIST.resolve("bin/failover-agent").toString(), "--config", tmp.resolve("agent.json").toString()).directory(tmp.toFile())
            .redirectErrorStream(true).redirectOutput(tmp.resolve("out").toFile()).start();
        try {
            Await.until("the mark", Duration.ofSeconds(60), () -> {
                post("http://127.0.0.1:" + port + "/shutdown");
                return sh(tmp, "test -e " + mark).exit() == 0;
            });
        } finally {
            agent.destroyForcibly().onExit().join();
        }
    }

    /** A crash with nobody reading must not leave a program that is neither dead nor alive, nor files where it was started. */
    @Test
    void aJvmThatCrashesIsGoneAtOnceAndLeavesNoFiles() throws Exception {
        Files.writeString(tmp.resolve("agent.json"), new JsonObject().put("listen_addr", "127.0.0.1:" + freePort())
            .put("state_dir", tmp.resolve("state").toString()).put("lease_dir", tmp.resolve("state").toString()).encode());
        Process agent = new ProcessBuilder("sh", "-c", "ulimit -c 0; exec " + DIST.resolve("bin/failover-agent") + " --config agent.json")
            .directory(tmp.toFile()).redirectErrorStream(true).start();
        try {
            Await.until("its state", Duration.ofSeconds(60), () -> Files.exists(tmp.resolve("state/agent.json")));
            sh(tmp, "kill -SEGV " + agent.pid()).ok();
            assertTrue(agent.waitFor(30, TimeUnit.SECONDS), "it hangs in its crash");
            assertEquals(List.of("agent.json", "state"), Stream.of(tmp.toFile().list()).sorted().toList());
        } finally {
            agent.destroyForcibly().onExit().join();
        }
    }

    @Test
    void aJvmWithoutMemoryIsGoneAtOnceThoughNobodyReadsItsOutput() throws Exception {
        Process agent = new ProcessBuilder("sh", "-c", "timeout 3 head -c 65536 /dev/zero; FAILOVER_JAVA_OPTS='-Xms4m -Xmx4m' exec "
            + DIST.resolve("bin/failover-agent") + " --listen=127.0.0.1:" + freePort()).directory(tmp.toFile())
            .redirectErrorStream(true).start();
        try {
            assertTrue(agent.waitFor(60, TimeUnit.SECONDS), "it hangs with its last words");
            assertEquals(3, agent.exitValue());
        } finally {
            agent.destroyForcibly().onExit().join();
        }
    }

    private static void post(String url) {
        try {
            HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
            connection.setRequestMethod("POST");
            connection.setConnectTimeout(1000);
            connection.setReadTimeout(2000);
            connection.setDoOutput(true);
            connection.setRequestProperty("Content-Type", "application/json");
            connection.getOutputStream().write("{}".getBytes(StandardCharsets.US_ASCII));
            connection.getResponseCode();
            connection.disconnect();
        } catch (IOException e) {
            // Not up yet, or gone: asked again.
            return;
        }
    }
}
