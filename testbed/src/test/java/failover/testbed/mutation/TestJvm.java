package failover.testbed.mutation;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs named tests in a JVM of its own, in front of whose class path an overlay's classes stand. */
final class TestJvm {
    private final Repository repository;
    private final ClassPaths classPaths;
    private final Path launcher;

    /** Takes {@link NamedTests} apart from the testbed's other test classes, so that another module's tests do not see those. */
    TestJvm(Repository repository, ClassPaths classPaths) throws IOException {
        this.repository = repository;
        this.classPaths = classPaths;
        this.launcher = repository.root().resolve("testbed/target/mutation/launcher");
        String inside = "failover/testbed/mutation";
        Path to = Files.createDirectories(launcher.resolve(inside));
        try (Stream<Path> all = Files.list(repository.root().resolve("testbed/target/test-classes").resolve(inside))) {
            for (Path each : all.filter(file -> file.getFileName().toString().startsWith("NamedTests")).toList()) {
                Files.write(to.resolve(each.getFileName().toString()), Files.readAllBytes(each));
            }
        }
    }

    /** What came of one test. */
    record Result(NamedTests.Outcome outcome, Duration took, String says) {
    }

    /** By test; those that were not reached within the limit are missing. All of them belong to that module. */
    Map<String, Result> run(String module, List<String> tests, Overlay overlay, Duration limit) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("mutation");
        try {
            // Tests with processes of other users lead them into it, as they do into /tmp.
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
            Path results = directory.resolve("results");
            List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-ea",
                "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx1g", "-Djava.io.tmpdir=" + directory));
            if (module.equals("testbed") && tests.stream().anyMatch(test -> test.matches(".*IT(#.*)?"))) {
                command.addAll(overlay.jars());
            }
            if (!overlay.root().equals(repository.root())) {
                command.add("-Dfailover.root=" + overlay.root());
            }
            command.addAll(List.of("-cp", overlay.classes() + File.pathSeparator + classPaths.tests(module, launcher),
                NamedTests.class.getName(), results.toString()));
            command.addAll(tests);
            Process jvm = new ProcessBuilder(command).directory(overlay.root().resolve(module).toFile()).redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile()).start();
            boolean ended = jvm.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                jvm.descendants().forEach(ProcessHandle::destroyForcibly);
                jvm.destroyForcibly().waitFor();
            }
            Map<String, Result> read = read(results);
            if (ended && read.size() < tests.size()) {
                // The mutated code ended its JVM, or it never began.
                read.putIfAbsent(tests.get(read.size()), new Result(NamedTests.Outcome.BROKEN, Duration.ZERO,
                    "its JVM ended with exit code " + jvm.exitValue() + ": " + last(directory.resolve("output"))));
            }
            return read;
        } finally {
            delete(directory);
        }
    }

    private static Map<String, Result> read(Path results) throws IOException {
        Map<String, Result> read = new LinkedHashMap<>();
        if (Files.exists(results)) {
            for (String line : Files.readAllLines(results)) {
                String[] parts = line.split("\t", 4);
                read.put(parts[0], new Result(NamedTests.Outcome.valueOf(parts[1]), Duration.ofMillis(Long.parseLong(parts[2])), parts[3]));
            }
        }
        return read;
    }

    private static String last(Path output) throws IOException {
        List<String> lines = new String(Files.readAllBytes(output), java.nio.charset.StandardCharsets.UTF_8).lines().toList();
        return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    }

    private static void delete(Path directory) {
        try (Stream<Path> all = Files.walk(directory)) {
            all.sorted(java.util.Comparator.reverseOrder()).forEach(each -> each.toFile().delete());
        } catch (IOException | java.io.UncheckedIOException e) {
            System.err.println(directory + " could not be deleted: " + e);
        }
    }
}
