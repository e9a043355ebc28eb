package failover.testbed.cli;

import failover.testbed.Log;
import failover.testbed.lab.Lab;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code failover-testbed lab}: a whole lab for a shell, until Ctrl-C. */
@Command(name = "lab", mixinStandardHelpOptions = true,
    description = "Starts a cluster and two validators, on request agents and manager, prints where they are, and ends them on Ctrl-C.")
public final class LabCommand implements Callable<Integer> {
    @Option(names = "--agents", description = "Also an agent beside each validator.")
    private boolean agents;
    @Option(names = "--manager", description = "Also the agents and the manager.")
    private boolean manager;
    @Option(names = "--etcd", description = "Hand towers over through a real etcd.")
    private boolean etcd;

    @Override
    public Integer call() throws Exception {
        Lab lab = Lab.create();
        if (agents) {
            lab.withAgents();
        }
        if (manager) {
            lab.withManager();
        }
        if (etcd) {
            lab.withEtcd();
        }
        // The lab's shutdown hook ends every process when this one is interrupted.
        lab.start();
        Log.print("directory      " + lab.directory());
        Log.print("staked         " + lab.staked() + "  vote account " + lab.voteAccount());
        Log.print("cluster        " + lab.cluster().url() + "  pid " + lab.cluster().pid());
        for (String name : List.of("a", "b")) {
            Log.print("validator " + name + "    " + lab.validator(name).rpcUrl() + "  pid " + lab.validator(name).pid() + "  "
                + lab.validator(name).files().cli() + " -l " + lab.validator(name).files().ledger());
            if (agents || manager) {
                Log.print("agent " + name + "        " + lab.agent(name).url() + "  pid " + lab.agent(name).pid());
            }
        }
        if (manager) {
            Log.print("manager        " + lab.manager().url() + "  pid " + lab.manager().pid());
        }
        Log.print("Try: failover-testbed judge " + lab.cluster().url() + "; failover-testbed fault "
            + lab.validator("a").rpcUrl() + " crash");
        new CountDownLatch(1).await();
        return 0;
    }
}
