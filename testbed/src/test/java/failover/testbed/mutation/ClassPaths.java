package failover.testbed.mutation;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** What each module's tests run with, as Maven wrote it for testbed/mutations/run.sh into its target/mutation-classpath. */
record ClassPaths(Path root) {
    static final String FILE = "target/mutation-classpath";

    /** Dependencies of the module with those of its tests; not what it consists of itself. */
    String of(String module) throws IOException {
        Path file = root.resolve(module).resolve(FILE);
        if (!Files.exists(file)) {
            throw new IllegalStateException(file + " is missing: run testbed/mutations/run.sh, which lets Maven write it");
        }
        return Files.readString(file).strip();
    }

    /** For a JVM that runs tests of the module, behind the mutated classes; the launcher of tests is the testbed's. */
    String tests(String module, Path launcher) throws IOException {
        List<String> launchers = Arrays.stream(of("testbed").split(File.pathSeparator))
            .filter(each -> each.contains("junit-platform-launcher")).toList();
        return String.join(File.pathSeparator, root.resolve(module).resolve("target/test-classes").toString(),
            root.resolve(module).resolve("target/classes").toString(), of(module), String.join(File.pathSeparator, launchers),
            launcher.toString());
    }
}
