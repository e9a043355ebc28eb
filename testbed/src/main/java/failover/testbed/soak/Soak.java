package failover.testbed.soak;

import failover.testbed.lab.Await;
import failover.testbed.lab.Lab;
import failover.testbed.lab.LabValidator;
import failover.testbed.lab.ManagedProcess;
import failover.testbed.link.LinkProxy;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Round after round: one to three troubles at once, a while later everything mended, and then within a limit one voter and a manager that
 * is content. Nobody may ever have voted twice for a slot (INV-1, INV-2 by the judge; LIVE-1). What a seed draws is the same each time;
 * when it strikes is up to the machine.
 */
final class Soak {
    private static final Duration READY = Duration.ofSeconds(60);
    private static final String[][] LINKS = {{"manager", "a"}, {"manager", "b"}, {"a", "b"}, {"b", "a"}, {"manager", "cluster"},
        {"a", "cluster"}, {"b", "cluster"}};

    /** What a machine that stood still may sign beside its successor, until its agent or its fencer looks: two slots or so. */
    private static final int RESIDUE = 4;
    private static final Duration FENCED = Duration.ofSeconds(6);

    private final Rig rig;
    private final List<Trouble> among;
    private final Lab lab;
    private final SplittableRandom dice;
    private final Duration recovery;
    private final Consumer<String> say;
    private int rounds;
    private int moves;

    /**
     * A soak of a running lab.
     *
     * @param among what is drawn from
     * @param recovery within which the pair must be well again after everything was mended
     * @param say takes one line for each round
     */
    Soak(Rig rig, List<Trouble> among, long seed, Duration recovery, Consumer<String> say) {
        this.rig = rig;
        this.among = among;
        this.lab = rig.lab();
        this.dice = new SplittableRandom(seed);
        this.recovery = recovery;
        this.say = say;
    }

    /** Goes on for that long. @throws AssertionError when somebody voted twice, or the pair did not recover; it says all that is known */
    void run(Duration time) {
        recover("before the first round");
        rig.backUp();
        lab.judge().reset();
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            round();
        }
    }

    int rounds() {
        return rounds;
    }

    int moves() {
        return moves;
    }

    private void round() {
        rounds++;
        String holder = voter();
        List<String> what = new ArrayList<>();
        int count = dice.nextInt(10) < 6 ? 1 : dice.nextInt(2, 4);
        for (int i = 0; i < count; i++) {
            Trouble trouble = among.get(dice.nextInt(among.size()));
            String host = dice.nextInt(3) > 0 ? holder : Trouble.other(holder);
            long before = i == 0 ? 0 : dice.nextLong(3_000);
            LockSupport.parkNanos(Duration.ofMillis(before).toNanos());
            what.add((before > 0 ? "+" + before + " ms " : "") + trouble + " " + host);
            begin(trouble, host);
        }
        // From much less than a lease to more than silence, evidence and a promotion take together.
        Duration held = Duration.ofMillis(dice.nextInt(3) == 0 ? dice.nextLong(100, 3_000) : dice.nextLong(3_000, 18_000));
        long until = System.nanoTime() + held.toNanos();
        while (System.nanoTime() - until < 0) {
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
            judge(what.toString());
        }
        mend(what.toString());
        long mended = System.nanoTime();
        recover("after round " + rounds + " " + what + " for " + held.toMillis() + " ms, " + holder + " was active");
        String now = voter();
        moves += now.equals(holder) ? 0 : 1;
        say.accept("round " + rounds + ": " + String.join(", ", what) + " for " + held.toMillis() + " ms; " + holder + " -> " + now
            + ", well again " + Duration.ofNanos(System.nanoTime() - mended).toMillis() + " ms after mending");
    }

    private void begin(Trouble trouble, String host) {
        try {
            trouble.begin(rig, host, dice);
        } catch (java.io.UncheckedIOException | IllegalStateException overtaken) {
            // An earlier trouble of this round has taken away what this one needs: a stopped validator takes no faults.
        }
    }

    private String voter() {
        JsonArray carriers = lab.judge().report().getJsonArray("carriers");
        return carriers.isEmpty() ? "a" : carriers.getString(0);
    }

    private void mend(String when) {
        if (!rig.mend().isEmpty()) {
            standsStill(when);
        }
        for (String[] ends : LINKS) {
            LinkProxy link = lab.link(ends[0], ends[1]);
            link.clear();
        }
        lab.cluster().fault("clear");
        for (String host : List.of("a", "b")) {
            LabValidator validator = lab.validator(host);
            Await.until("validator " + host + " is ready", READY, () -> {
                // A fencer that was late may kill it once more.
                awake(validator);
                return validator.ready();
            }, validator::tail);
            validator.fault("clear");
            awake(lab.fencer(host));
            awake(lab.agent(host));
        }
        awake(lab.manager());
    }

    /**
     * A machine that stood still for longer than its lease runs again. What it signs until somebody on it has looked is docs/safety.md's
     * residue: it is counted, said, and may not be more.
     */
    private void standsStill(String when) {
        Await.until("the machine that stood still is fenced, " + when, FENCED,
            () -> lab.judge().report().getJsonArray("carriers").size() <= 1, () -> lab.judge().text() + lab.tails());
        long twice = lab.judge().doubleVotes();
        if (twice > RESIDUE) {
            throw new AssertionError("two voters for " + twice + " slots, " + when + ": " + lab.judge().text() + lab.tails());
        }
        if (twice > 0) {
            say.accept("a machine that stood still signed beside its successor when it ran again: double votes " + twice);
        }
        if (!lab.judge().clean()) {
            lab.judge().reset();
        }
    }

    private static void awake(ManagedProcess process) {
        process.resume();
        if (!process.alive()) {
            process.start();
        }
    }

    private void recover(String when) {
        Await.until("one voter, and a manager that is content, " + when, recovery, () -> {
            judge(when);
            for (String host : List.of("a", "b")) {
                // The fencer may kill what was mended a moment ago, and a validator that was killed starts again as systemd would start it.
                awake(lab.validator(host));
                awake(lab.agent(host));
                awake(lab.fencer(host));
            }
            if (lab.manager().get("/state").getJsonObject("paused") != null) {
                // Two were active for a moment: the operator has looked.
                lab.manager().exchange("/resume", new JsonObject().put("reason", "soak"));
            }
            JsonObject report = lab.judge().report();
            JsonObject last = report.getJsonObject("last_vote");
            return "no_problem".equals(lab.manager().get("/state").getString("verdict")) && report.getJsonArray("carriers").size() == 1
                && last != null && last.getLong("ms_ago") < 1_500;
        }, () -> lab.judge().text() + "\n" + state() + lab.tails());
    }

    private String state() {
        try {
            return lab.manager().get("/state").encode();
        } catch (java.io.UncheckedIOException e) {
            return e.toString();
        }
    }

    private void judge(String when) {
        // A machine that stands still may carry the identity beside its successor: as long as it does, it signs nothing.
        JsonObject report = lab.judge().report();
        boolean clean = rig.machineStandsStill() ? report.getLong("double_votes") == 0 && report.getLong("lockout_violations") == 0
            : "clean".equals(report.getString("verdict"));
        if (!clean) {
            throw new AssertionError("two voters, " + when + ": " + lab.judge().text() + lab.tails());
        }
    }
}
