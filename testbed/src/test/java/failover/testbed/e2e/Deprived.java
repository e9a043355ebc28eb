package failover.testbed.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.lab.Await;
import failover.testbed.lab.Lab;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A self-fence without a fencer, from which something is taken: an active agent is cut off from its manager and its peer, and its validator
 * is on a fork, so that nobody who can see it knows of its votes. It must be unable to sign before the lease ends, for another is promoted
 * then.
 */
final class Deprived {
    /** S: heartbeats of 1 s times 5. The lease ends before; this is for a machine that is busy. */
    private static final Duration OFF = Duration.ofSeconds(7);
    /** A service manager's RestartSec=1. */
    private static final Duration RESTART = Duration.ofSeconds(1);

    private Deprived() {
    }

    /** Takes all of that from the agent of "a" at once; fails unless the judge has seen nothing wrong and "b" votes in the end. */
    static void of(Collection<Deprivation.Kind> kinds, Path tmp) throws Exception {
        List<Deprivation> taken = new ArrayList<>();
        try {
            for (Deprivation.Kind kind : kinds) {
                taken.add(Deprivation.of(kind, tmp));
            }
            try (Chaos chaos = Chaos.pair(lab -> with(lab, taken))) {
                try {
                    fences(chaos, kinds, taken);
                } finally {
                    for (Deprivation each : taken) {
                        each.giveBack();
                    }
                }
            }
        } finally {
            taken.forEach(Deprivation::close);
        }
    }

    private static Lab with(Lab lab, List<Deprivation> taken) {
        lab.configure("manager", json -> json.put("heartbeat_interval", "1s").put("misses_before_failover", 5));
        lab.configure("agent-a", json -> taken.forEach(each -> each.configure(json)));
        return lab.under("agent-a", () -> taken.stream().flatMap(each -> each.prefix().stream()).toList());
    }

    private static void fences(Chaos chaos, Collection<Deprivation.Kind> kinds, List<Deprivation> taken) throws Exception {
        Lab lab = chaos.lab();
        for (Deprivation each : taken) {
            each.take(lab);
        }
        lab.cluster().fault("lose-votes", "a");
        long cut = System.nanoTime();
        lab.link("manager", "a").cut();
        chaos.cutPeers();
        long[] ended = new long[1];
        Await.until("host a cannot sign any more", Duration.ofSeconds(25), () -> {
            restart(lab, ended);
            return !lab.validator("a").alive() || !lab.validator("a").staked();
        }, () -> lab.judge().text() + lab.agent("a").tail());
        Duration off = Duration.ofNanos(System.nanoTime() - cut);
        System.out.println("without " + kinds + ": off after " + off.toMillis() + " ms");
        assertTrue(off.compareTo(OFF) < 0, () -> "off only after " + off + "\n" + lab.judge().text());
        lab.judge().awaitVoter("b", Duration.ofSeconds(60));
        Await.never("host a signs beside its successor", Duration.ofSeconds(2), () -> {
            restart(lab, ended);
            return !lab.judge().clean();
        });
        chaos.innocent();
    }

    /** What systemd does with an agent that has ended. */
    private static void restart(Lab lab, long[] ended) {
        if (lab.agent("a").alive()) {
            ended[0] = 0;
        } else if (ended[0] == 0) {
            ended[0] = System.nanoTime();
        } else if (System.nanoTime() - ended[0] > RESTART.toNanos()) {
            lab.agent("a").start();
        }
    }
}
