package failover.testbed.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Where a lab finds the programs it starts. */
final class LabHome {
    /** The flags of a small process, as shipped. */
    private static final List<String> FLAGS =
        List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k", "-XX:-UsePerfData", "-Xmx64m");
    /** By name: whether dist/ has what the modules built; the jars are compared once. */
    private static final Map<String, Boolean> SHIPPED = new ConcurrentHashMap<>();

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

    /** The command of a testbed program: as {@link #program}, or the class path of this JVM if no jar is built. */
    static List<String> testbed(String... arguments) {
        if (Files.exists(jar("testbed"))) {
            return program("testbed", arguments);
        }
        return with(java("-cp", System.getProperty("java.class.path"), "failover.testbed.TestbedMain"), arguments);
    }

    /**
     * The command of "agent", "manager" or "testbed": the launcher in dist/, as it is shipped, if that was built of the same jar: its
     * class-data archive saves a third of the start and more. Otherwise the fat jar (property failover.NAME.jar), which must be built.
     * Agent and manager come from the dist/ that the environment variable FAILOVER_DIST names, if it does: testbed/bench/compare.sh.
     */
    static List<String> program(String name, String... arguments) {
        String other = System.getenv("FAILOVER_DIST");
        if (other != null && !"testbed".equals(name)) {
            return program(Path.of(other).toAbsolutePath(), name, arguments);
        }
        Path jar = jar(name);
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + " does not exist: build it (mvn package), or set the system property failover." + name
                + ".jar");
        }
        boolean shipped = SHIPPED.computeIfAbsent(name, LabHome::isShipped);
        return with(shipped ? List.of(launcher(name).toString()) : java("-jar", jar.toString()), arguments);
    }

    /** The same from a dist/ of another build; {@code null}: from this one. */
    static List<String> program(Path dist, String name, String... arguments) {
        return dist == null ? program(name, arguments) : with(List.of(dist.resolve("bin/failover-" + name).toString()), arguments);
    }

    /** The fencer as it is shipped, here or with that build, watching that directory. */
    static List<String> fencer(Path dist, Path leases) {
        Path script = dist == null ? root().resolve("deploy/fencer/failover-fencer") : dist.resolve("bin/failover-fencer");
        return List.of(script.toString(), "--dir", leases.toString());
    }

    private static boolean isShipped(String name) {
        return Files.isExecutable(launcher(name)) && same(root().resolve("dist/lib/failover-" + name + ".jar"), jar(name));
    }

    private static Path launcher(String name) {
        return root().resolve("dist/bin/failover-" + name);
    }

    private static boolean same(Path one, Path other) {
        try {
            return Files.exists(one) && Files.exists(other) && Files.mismatch(one, other) < 0;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot compare " + one + " and " + other, e);
        }
    }

    private static Path jar(String name) {
        String set = System.getProperty("failover." + name + ".jar");
        String module = "testbed".equals(name) ? name : name + "-verticle";
        return set != null ? Path.of(set).toAbsolutePath() : root().resolve(module + "/target/failover-" + name + ".jar");
    }

    private static List<String> java(String... what) {
        return with(with(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()), FLAGS.toArray(String[]::new)), what);
    }

    private static List<String> with(List<String> command, String... arguments) {
        List<String> whole = new ArrayList<>(command);
        whole.addAll(List.of(arguments));
        return whole;
    }
}
