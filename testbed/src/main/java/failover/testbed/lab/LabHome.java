package failover.testbed.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where a lab finds the programs it starts. */
final class LabHome {
    /** The flags of a small process, as shipped. */
    private static final List<String> FLAGS =
        List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k", "-XX:-UsePerfData");

    private LabHome() {
    }

    /** The repository: the property failover.root, or the nearest directory above the working one that has the testbed in it. */
    static Path root() {
        String set = System.getProperty("failover.root");
        if (set != null) {
            return Path.of(set).toAbsolutePath();
        }
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isExecutable(at.resolve("testbed/bin/agave-validator"))) {
                return at;
            }
        }
        throw new IllegalStateException("the repository is not above " + Path.of("").toAbsolutePath()
            + ": run there, or set the system property failover.root");
    }

    /** The command of a testbed program: its fat jar (property failover.testbed.jar), or the class path of this JVM if there is none. */
    static List<String> testbed(String... arguments) {
        Path jar = jar("testbed", "testbed");
        List<String> command = Files.exists(jar) ? java("-Xmx24m", List.of("-jar", jar.toString()))
            : java("-Xmx24m", List.of("-cp", System.getProperty("java.class.path"), "failover.testbed.TestbedMain"));
        command.addAll(List.of(arguments));
        return command;
    }

    /** The command of an agent or a manager: its fat jar (properties failover.agent.jar, failover.manager.jar), which must be built. */
    static List<String> program(String name, String... arguments) {
        Path jar = jar(name, name + "-verticle");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + " does not exist: build it (mvn package), or set the system property failover." + name
                + ".jar");
        }
        List<String> command = java("-Xmx64m", List.of("-jar", jar.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** The fencer as it is shipped, watching that directory. */
    static List<String> fencer(Path leases) {
        return List.of(root().resolve("deploy/fencer/failover-fencer").toString(), "--dir", leases.toString());
    }

    /** The same by the launcher in dist/, as it is shipped, if dist/ was built of the same jar. */
    static List<String> shipped(String name, String... arguments) {
        Path dist = root().resolve("dist");
        Path launcher = dist.resolve("bin/failover-" + name);
        if (!Files.isExecutable(launcher) || !same(dist.resolve("lib/failover-" + name + ".jar"), jar(name, name + "-verticle"))) {
            return program(name, arguments);
        }
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static boolean same(Path one, Path other) {
        try {
            return Files.exists(one) && Files.exists(other) && Files.mismatch(one, other) < 0;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot compare " + one + " and " + other, e);
        }
    }

    private static Path jar(String name, String module) {
        String set = System.getProperty("failover." + name + ".jar");
        return set != null ? Path.of(set).toAbsolutePath() : root().resolve(module + "/target/failover-" + name + ".jar");
    }

    private static List<String> java(String heap, List<String> what) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.add(heap);
        command.addAll(what);
        return command;
    }
}
