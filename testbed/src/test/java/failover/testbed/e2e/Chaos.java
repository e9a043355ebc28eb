package failover.testbed.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import failover.testbed.lab.Await;
import failover.testbed.lab.Lab;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A pair in trouble: a settled lab, {@code /active} scraped all the time, and what must hold whatever was done to it. */
final class Chaos implements AutoCloseable {
    /** S of the lab, 400 ms times 10. */
    static final Duration SILENCE = Duration.ofSeconds(4);
    /** A verdict that says: the active's votes land, it is left alone. */
    static final Set<String> VOTING = Set.of("agent_down_validator_voting", "manager_path_lost");

    /** A slow machine's allowance on top of S, sixteen slots and the promotion itself. */
    private static final Duration REPLACED = Duration.ofSeconds(20);

    private final Lab lab;
    private final ActiveWatch watch;

    private Chaos(Lab lab) {
        this.lab = lab;
        this.watch = ActiveWatch.of(lab);
    }

    /** A pair without fencers, "a" active and well under a lease. */
    static Chaos pair(UnaryOperator<Lab> more) {
        return settled(more.apply(Lab.create().withManager()).start());
    }

    /** The same with a fencer on each host that the agents attest. */
    static Chaos fenced(UnaryOperator<Lab> more) {
        Chaos chaos = settled(more.apply(Lab.create().withFencer().withManager()).start());
        for (String host : new String[] {"a", "b"}) {
            Await.until("agent " + host + " attests its fencer", Pair.SOON, () -> chaos.lease(host).getBoolean("fence_capable", false),
                () -> chaos.lease(host).encode());
        }
        return chaos;
    }

    private static Chaos settled(Lab lab) {
        Chaos chaos = new Chaos(lab);
        try {
            chaos.ready("primary");
        } catch (RuntimeException | Error e) {
            chaos.close();
            throw e;
        }
        return chaos;
    }

    /** This host holds the identity and a lease, and the other one would obey a promotion that rests on silence. */
    void ready(String active) {
        Pair.settled(lab, active);
        String host = "primary".equals(active) ? "a" : "b";
        Await.until("host " + host + " holds a lease", Pair.SOON, () -> lease(host).getLong("left_ms", 0L) > 0, () -> lease(host).encode());
        lab.judge().reset();
        // From here a gap has a beginning.
        lab.judge().awaitVotesFrom(host, Pair.SOON);
    }

    Lab lab() {
        return lab;
    }

    JsonObject lease(String host) {
        return lab.agent(host).status().getJsonObject("lease", new JsonObject());
    }

    /** The lines "manager to host". */
    void cutManagerFrom(String host) {
        lab.link("manager", host).cut();
    }

    void cutPeers() {
        lab.link("a", "b").cut();
        lab.link("b", "a").cut();
    }

    void heal() {
        lab.heal();
    }

    void awaitVerdict(Set<String> verdicts) {
        Await.until("the manager's verdict is one of " + verdicts, Pair.SOON,
            () -> verdicts.contains(Pair.state(lab).getString("verdict")), () -> Pair.state(lab).encode());
    }

    /** For that long nobody is promoted or demoted, and the holder's votes go on. */
    void stays(String holder, Duration during) throws Exception {
        lab.judge().reset();
        Await.never("a role changes", during, () -> {
            JsonArray takeovers = lab.judge().report().getJsonArray("takeovers");
            return !takeovers.isEmpty() || lab.judge().votes(holder.equals("a") ? "b" : "a") > 0;
        });
        lab.judge().awaitVotesFrom(holder, Pair.SOON);
        assertTrue(lab.judge().longestGap().compareTo(Duration.ofSeconds(4)) < 0, lab.judge()::text);
        innocent();
    }

    /** The end of every scenario: one voter, and the judge and the scraper have seen nothing wrong. */
    void ends(String voter) {
        lab.judge().awaitVoter(voter, Pair.SOON);
        innocent();
    }

    /** The same where either host may have it in the end. */
    void endsWithOneVoter() {
        Await.until("one validator alone carries the identity and votes", Pair.SOON.multipliedBy(2), () -> {
            JsonObject report = lab.judge().report();
            JsonArray carriers = report.getJsonArray("carriers");
            JsonObject last = report.getJsonObject("last_vote");
            return carriers.size() == 1 && last != null && carriers.getString(0).equals(last.getString("validator"))
                && last.getLong("ms_ago") < 1_000;
        }, () -> lab.judge().text() + "\n" + lab.manager().tail());
        innocent();
    }

    /** By the fencer's own record: dead before the lease ended. */
    void fencedInTime(String host) {
        String before = lab.fencer(host).awaitLog("event=fenced .* before_deadline_ms=(-?\\d+) verified=1", Pair.SOON);
        assertTrue(Long.parseLong(before) >= 0, lab.fencer(host)::tail);
    }

    /** The longest gap is the one of the failover. */
    void replacedInTime() {
        assertTrue(lab.judge().longestGap().compareTo(REPLACED) < 0, lab.judge()::text);
    }

    void innocent() {
        Pair.clean(lab);
        assertEquals("", watch.trouble());
    }

    /** The scraper has not been looking at hosts that always say 503: one of them has said, or soon says, that it is active. */
    void activeSpoke() {
        Await.until("/active of one host says 200", Pair.SOON, () -> watch.seen() > 0);
    }

    @Override
    public void close() {
        watch.close();
        lab.close();
    }
}
