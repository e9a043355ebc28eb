package failover.testbed.mutation;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.MethodSelector;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * A JVM of its own that runs the named tests, one after the other, and writes what came of each: {@code NamedTests RESULTS TEST...}.
 * A line of RESULTS is the test, its outcome, its milliseconds and the first line of what it says, between tabs.
 */
final class NamedTests {
    private NamedTests() {
    }

    /** What came of a test: with several invocations, the worst. */
    enum Outcome {
        PASSED, SKIPPED, FAILED, BROKEN
    }

    private static final class Verdict implements TestExecutionListener {
        private Outcome worst;
        private String says = "";

        private void add(Outcome outcome, String what) {
            if (worst == null || outcome.compareTo(worst) > 0) {
                worst = outcome;
                says = String.valueOf(what).lines().findFirst().orElse("");
            }
        }

        @Override
        public void executionSkipped(TestIdentifier identifier, String reason) {
            add(Outcome.SKIPPED, reason);
        }

        @Override
        public void executionFinished(TestIdentifier identifier, TestExecutionResult result) {
            Throwable thrown = result.getThrowable().orElse(null);
            switch (result.getStatus()) {
                case FAILED -> {
                    System.out.println(identifier.getDisplayName() + " FAILED: " + thrown);
                    add(broken(thrown) ? Outcome.BROKEN : Outcome.FAILED, String.valueOf(thrown));
                }
                case ABORTED -> add(Outcome.SKIPPED, String.valueOf(thrown));
                default -> {
                    if (identifier.isTest()) {
                        add(Outcome.PASSED, "");
                    }
                }
            }
        }

        /** Classes that do not fit together are no finding about a rule. */
        private static boolean broken(Throwable thrown) {
            for (Throwable each = thrown; each != null; each = each.getCause()) {
                if (each instanceof LinkageError && !(each instanceof ExceptionInInitializerError)) {
                    return true;
                }
            }
            return false;
        }
    }

    public static void main(String[] arguments) throws IOException {
        Path results = Path.of(arguments[0]);
        List<String> lines = new ArrayList<>();
        for (String test : Arrays.asList(arguments).subList(1, arguments.length)) {
            long begun = System.nanoTime();
            Verdict verdict = run(test);
            lines.add(String.join("\t", test, verdict.worst.name(), String.valueOf((System.nanoTime() - begun) / 1_000_000),
                verdict.says.replace('\t', ' ')));
            Files.write(results, lines);
        }
        System.exit(0); // threads that a test left behind are not waited for
    }

    private static Verdict run(String test) {
        Verdict verdict = new Verdict();
        try {
            LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request().selectors(methods(test)).build(), verdict);
            if (verdict.worst == null) {
                verdict.add(Outcome.BROKEN, "no engine ran it");
            }
        } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
            verdict.add(Outcome.BROKEN, e.toString());
        }
        return verdict;
    }

    private static List<? extends DiscoverySelector> methods(String test) throws ReflectiveOperationException {
        int at = test.indexOf('#');
        Class<?> type = Class.forName(at < 0 ? test : test.substring(0, at), false, NamedTests.class.getClassLoader());
        if (at < 0) {
            return List.of(selectClass(type));
        }
        String name = test.substring(at + 1);
        List<MethodSelector> found = new ArrayList<>();
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            for (Method method : each.getDeclaredMethods()) {
                if (method.getName().equals(name) && !method.isSynthetic()) {
                    found.add(selectMethod(type, method));
                }
            }
        }
        if (found.isEmpty()) {
            throw new NoSuchMethodException(test);
        }
        return found;
    }
}
