package failover.testbed.cli;

import picocli.CommandLine.Command;

/** To be. */
@Command(name = "lab")
public final class LabCommand implements Runnable {
    @Override
    public void run() {
    }
}
