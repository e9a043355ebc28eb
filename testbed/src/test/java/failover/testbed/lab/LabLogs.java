package failover.testbed.lab;

import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** {@code @ExtendWith(LabLogs.class)}: when a test fails, prints the ends of all logs of the lab that it used. */
public final class LabLogs implements AfterTestExecutionCallback {
    @Override
    public void afterTestExecution(ExtensionContext context) {
        // A lab closed within the test has left its tails; one that is still open is printed as it is.
        context.getExecutionException().ifPresent(failure -> System.err.println(context.getDisplayName() + "\n" + Lab.newestTails()));
    }
}
