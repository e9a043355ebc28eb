package failover.testbed.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.lab.BashRunner;
import failover.testbed.lab.BashRunner.Result;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the build puts into dist/, and what install.sh makes of it. */
class DistIT {
    private static final Path ROOT = root();
    static final Path DIST = ROOT.resolve("dist");
    private static final String LICENSES = "META-INF/licenses/";

    @TempDir
    private Path tmp;

    private static Path root() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.exists(at.resolve("deploy/dist.sh"))) {
                return at;
            }
        }
        throw new IllegalStateException("the repository is not above " + Path.of("").toAbsolutePath());
    }

    private static Result sh(Path directory, String command) {
        return BashRunner.run(List.of("sh", "-c", command), directory, "");
    }

    @Test
    void theReadmesCommandLinesWorkInDist() {
        assertEquals("failover-manager 1.0.0\n", sh(DIST, "./failover-manager --version").ok().output());
        assertEquals("failover-agent 1.0.0\n", sh(DIST, "./failover-agent --version").ok().output());
    }

    /** Whoever gets a jar gets the licences of its parts, and what a scanner needs to name them. */
    @Test
    void theJarsCarryTheLicencesAndNamesOfTheirParts() throws IOException {
        for (String name : List.of("agent", "manager", "testbed")) {
            try (JarFile jar = new JarFile(DIST.resolve("lib/failover-" + name + ".jar").toFile())) {
                assertEquals("failover-" + name, jar.getManifest().getMainAttributes().getValue("Implementation-Title"));
                String parts = new String(jar.getInputStream(jar.getEntry(LICENSES + "PARTS.txt")).readAllBytes(), StandardCharsets.UTF_8);
                List<String> groups = jar.stream().map(entry -> entry.getName()).filter(entry -> entry.matches("META-INF/maven/.+/pom.xml"))
                    .map(entry -> entry.split("/")[2]).filter(group -> !group.equals("failover")).distinct().toList();
                assertTrue(groups.contains("io.netty") && groups.contains("ch.qos.logback"), groups.toString());
                for (String group : groups) {
                    String line = parts.lines().filter(each -> each.startsWith(group + " ")).findFirst()
                        .orElseThrow(() -> new AssertionError(group + " is not named in PARTS.txt"));
                    String[] words = line.split("\\s+");
                    List<String> files = List.of(words).stream().filter(word -> word.endsWith(".txt")).toList();
                    assertTrue(!files.isEmpty() && files.stream()
                        .allMatch(file -> jar.getEntry(LICENSES + file) != null && jar.getEntry(LICENSES + file).getSize() > 500), line);
                }
            }
        }
    }

    @Test
    void theFencerNeedsNothingButAShell() {
        String fencer = "env -i " + DIST.resolve("bin/failover-fencer");
        assertTrue(sh(tmp, fencer + " --help").ok().output().startsWith("usage: failover-fencer "));
        Result check = sh(tmp, fencer + " --check --dir " + tmp);
        assertEquals(1, check.exit());
        assertTrue(check.error().contains("not running"), check.error());
    }

    @Test
    void aLauncherWorksThroughSymbolicLinksFromAnyDirectoryAndWithAnEmptyEnvironment() throws IOException {
        Path near = Files.createSymbolicLink(tmp.resolve("near"), DIST.resolve("failover-agent"));
        Files.createSymbolicLink(tmp.resolve("far"), tmp.relativize(near));
        assertEquals("failover-agent 1.0.0\n", sh(tmp, "env -i ./far --version").ok().output());
    }

    @Test
    void aLauncherBecomesTheJvmAndTakesOptions() {
        Result settings = sh(tmp, "FAILOVER_JAVA_OPTS='-XX:+DisplayVMOutput -XX:+PrintFlagsFinal' " + DIST.resolve("bin/failover-agent")
            + " --version").ok();
        assertTrue(settings.output().matches("(?s).*UseSerialGC += true.*"), settings.output());
        assertTrue(sh(tmp, "grep -q '^exec \"[$]java\"' " + DIST.resolve("bin/failover-agent")).exit() == 0);
    }

    @Test
    void aMissingJavaIsNamed() {
        Result none = sh(tmp, "JAVA_HOME=/nowhere " + DIST.resolve("bin/failover-agent") + " --version");
        assertEquals(1, none.exit());
        assertTrue(none.error().contains("Java 17") && none.error().contains("/nowhere"), none.error());
    }

    @Test
    void anArchiveThatDoesNotFitIsIgnoredWithoutAWord() throws IOException {
        Path copy = tmp.resolve("dist");
        sh(tmp, "mkdir -p dist/bin dist/lib && cp " + DIST + "/bin/failover-agent dist/bin && cp " + DIST
            + "/lib/failover-agent.jar dist/lib").ok();
        Files.writeString(copy.resolve("lib/failover-agent.jsa"), "not an archive");
        Result run = sh(copy, "bin/failover-agent --version").ok();
        assertEquals("failover-agent 1.0.0\n", run.output());
        assertEquals("", run.error());
    }

    @Test
    void installPutsProgramsUnitAndExampleBelowDestdirAndKeepsWhatTheOperatorWrote() throws IOException {
        Path dest = tmp.resolve("dest");
        String install = DIST.resolve("install.sh") + " ";
        sh(tmp, install + "agent --user sol --destdir " + dest).ok();
        sh(tmp, install + "manager --destdir " + dest).ok();
        Path etc = dest.resolve("etc/failover");
        for (String unit : List.of("agent", "manager")) {
            String text = unit(dest, unit);
            assertTrue(text.contains("ExecStart=/opt/failover/bin/failover-" + unit + " --config /etc/failover/" + unit + ".json"), text);
        }
        assertEquals("failover-agent 1.0.0\n", sh(tmp, dest.resolve("opt/failover/bin/failover-agent") + " --version").ok().output());
        sh(tmp, dest.resolve("opt/failover/bin/failover-manager") + " --config " + etc.resolve("manager.json") + " --check-config").ok();
        String readme = Files.readString(dest.resolve("opt/failover/README.md"));
        List<String> links = Pattern.compile("]\\(([^)#:]+)\\)").matcher(readme).results().map(link -> link.group(1)).distinct().toList();
        assertTrue(links.contains("CHANGELOG.md") && links.contains("docs/safety.md"), links.toString());
        assertEquals(List.of(), links.stream().filter(link -> !Files.exists(dest.resolve("opt/failover").resolve(link))).toList());

        Files.writeString(etc.resolve("agent.json"), "mine");
        sh(tmp, install + "agent --user sol --destdir " + dest).ok();
        assertEquals("mine", Files.readString(etc.resolve("agent.json")));

        sh(tmp, install + "uninstall --destdir " + dest).ok();
        assertEquals(List.of("agent.env", "agent.json", "manager.json"), filesBelow(dest));
    }

    @Test
    void theAgentComesWithItsFencerAndBothMeetInOneDirectory() throws IOException {
        Path dest = tmp.resolve("dest");
        sh(tmp, DIST.resolve("install.sh") + " agent --user sol --destdir " + dest).ok();
        String agent = unit(dest, "agent");
        String fencer = unit(dest, "fencer");
        assertTrue(fencer.contains("ExecStart=/opt/failover/bin/failover-fencer --dir %t/failover\n"), fencer);
        for (String bond : List.of("After=", "Wants=")) {
            assertTrue(agent.lines().anyMatch(line -> line.startsWith(bond) && line.contains("failover-fencer.service")), agent);
        }
        for (String both : List.of("\nUser=sol\n", "\nRuntimeDirectory=failover\n", "\nRuntimeDirectoryMode=0700\n",
            "\nRuntimeDirectoryPreserve=yes\n")) {
            assertTrue(agent.contains(both) && fencer.contains(both), both);
        }
        sh(tmp, dest.resolve("opt/failover/bin/failover-fencer") + " --help").ok();
        assertTrue(Files.exists(dest.resolve("opt/failover/docs/fencer.md")), "its unit names that page");
    }

    /** Both halves or none, and none is left behind: a validator that is bound to a unit that is gone would not start any more. */
    @Test
    void theWatchdogsDropInsBindTheValidatorToTheAgentUntilTheAgentIsUninstalled() throws IOException {
        Path dest = tmp.resolve("dest");
        String install = DIST.resolve("install.sh") + " ";
        sh(tmp, install + "agent --user sol --watchdog sol.service --destdir " + dest).ok();
        Path units = dest.resolve("etc/systemd/system");
        String agent = Files.readString(units.resolve("failover-agent.service.d/watchdog.conf"));
        String validator = Files.readString(units.resolve("sol.service.d/failover-watchdog.conf"));
        assertTrue(agent.contains("\nWants=sol.service\n") && agent.contains("\nWatchdogSignal=SIGKILL\n"), agent);
        assertFalse(agent.contains("@VALIDATOR@\n"), agent);
        assertTrue(validator.contains("\nBindsTo=failover-agent.service\nAfter=failover-agent.service\n"), validator);
        Result noUnit = sh(tmp, install + "agent --user sol --watchdog sol --destdir " + tmp.resolve("other"));
        assertEquals(1, noUnit.exit());
        assertTrue(noUnit.error().contains("NAME.service"), noUnit.error());
        sh(tmp, install + "uninstall --destdir " + dest).ok();
        assertEquals(List.of("agent.env", "agent.json"), filesBelow(dest));
    }

    @Test
    void theManagersHostGetsNoFencer() {
        Path dest = tmp.resolve("dest");
        sh(tmp, DIST.resolve("install.sh") + " manager --destdir " + dest).ok();
        assertFalse(Files.exists(dest.resolve("etc/systemd/system/failover-fencer.service")));
    }

    @Test
    void installRefusesWhatItDoesNotUnderstand() {
        assertEquals(2, sh(tmp, DIST.resolve("install.sh") + " everything").exit());
        Result noUser = sh(tmp, DIST.resolve("install.sh") + " agent --destdir " + tmp.resolve("x"));
        assertEquals(1, noUser.exit());
        assertTrue(noUser.error().contains("--user"), noUser.error());
        assertFalse(Files.exists(tmp.resolve("x")));
    }

    private static String unit(Path dest, String name) throws IOException {
        String text = Files.readString(dest.resolve("etc/systemd/system/failover-" + name + ".service"));
        assertFalse(text.matches("(?s).*@[A-Z]+@.*"), "a word was not replaced: " + text);
        return text;
    }

    private static List<String> filesBelow(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
