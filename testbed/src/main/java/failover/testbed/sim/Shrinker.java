package failover.testbed.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Makes a plan of faults as small as it can be while it still fails. */
final class Shrinker {
    private static final int MOST_RUNS = 2_000;
    private static final long SHORTEST = 50_000_000L;

    private final Predicate<List<Fault>> fails;
    private int runs;

    /** {@code fails}: whether a run with these faults still fails. */
    Shrinker(Predicate<List<Fault>> fails) {
        this.fails = fails;
    }

    /** How many runs it took. */
    int runs() {
        return runs;
    }

    /** A part of {@code plan} that fails and of which no single fault can be left out, with faults no longer than they need to be. */
    List<Fault> shrink(List<Fault> plan) {
        List<Fault> left = new ArrayList<>(plan);
        for (int chunk = Math.max(1, left.size() / 2); chunk >= 1; chunk /= 2) {
            boolean again = true;
            while (again) {
                again = drop(left, chunk) && chunk == 1;
            }
        }
        for (int i = 0; i < left.size(); i++) {
            Fault fault = left.get(i);
            while (fault.nanos() / 2 >= SHORTEST) {
                List<Fault> shorter = new ArrayList<>(left);
                fault = fault.lasting(fault.nanos() / 2);
                shorter.set(i, fault);
                if (!fails(shorter)) {
                    break;
                }
                left = shorter;
            }
        }
        return left;
    }

    private boolean drop(List<Fault> left, int chunk) {
        boolean dropped = false;
        for (int from = 0; from < left.size();) {
            List<Fault> fewer = new ArrayList<>(left);
            fewer.subList(from, Math.min(left.size(), from + chunk)).clear();
            if (fails(fewer)) {
                left.clear();
                left.addAll(fewer);
                dropped = true;
            } else {
                from += chunk;
            }
        }
        return dropped;
    }

    private boolean fails(List<Fault> plan) {
        return runs++ < MOST_RUNS && fails.test(plan);
    }
}
