package failover.testbed.sim;

import static failover.testbed.sim.Stage.A;
import static failover.testbed.sim.Stage.B;

import failover.testbed.sim.Fault.Kind;

/** Scenarios for the self-fence: each takes away one thing that a fence must not depend on. Nobody stands behind these hosts. */
final class TargetedFences {
    private TargetedFences() {
    }

    /** A is cut off and nobody looks at votes: it must be off before B is promoted, whatever is taken from it. */
    private static Scenario alone(String name, java.util.function.Consumer<Stage> taken) {
        return Scenario.of(name).evidenceOff().at(49.5, taken).at(50, s -> s.isolate(A)).promoted(B, 50, 58, 75).until(120);
    }

    static Scenario loopStandsStill() {
        return alone("a lost holder's event loop stands still", s -> s.freezeLoop(A, 100));
    }

    static Scenario nobodyReadsTheLog() {
        return alone("nobody reads a lost holder's log", s -> s.open(Kind.LOG_HANGS, A));
    }

    static Scenario looksDrip() {
        return alone("a lost holder's validator answers a byte at a time", s -> s.open(Kind.LOOK_DRIPS, A));
    }

    static Scenario noThreads() {
        return alone("a lost holder can make no thread and no process", s -> s.open(Kind.THREADS_GONE, A));
    }

    static Scenario commandsStuck() {
        return alone("a lost holder's commands neither end nor die", s -> s.open(Kind.COMMANDS_STUCK, A));
    }

    static Scenario diskHangs() {
        return alone("a lost holder's state disk hangs", s -> s.open(Kind.DISK_HANGS, A));
    }

    static Scenario allAtOnce() {
        return alone("a lost holder has nothing left but its dead-man", s -> {
            s.freezeLoop(A, 100);
            s.open(Kind.LOG_HANGS, A);
            s.open(Kind.LOOK_DRIPS, A);
            s.open(Kind.THREADS_GONE, A);
            s.open(Kind.DISK_HANGS, A);
            s.open(Kind.AGENT_DISK_FULL, A);
        });
    }

    /** The host is left as nobody is beside it: demoted, where no fencer is. */
    static Scenario toldToGo() {
        return Scenario.of("a lost holder is told to go").evidenceOff().at(50, s -> s.isolate(A)).at(50.5, s -> s.stopAgent(A, 200))
                .promoted(B, 50, 58, 75).until(120);
    }
}
